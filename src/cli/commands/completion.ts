import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';

/** What a shell calls to learn how a line could go on: the words so far, the last of them unfinished. */
export const COMPLETE = '__complete';

const SCRIPTS = {
  bash: `_mlops_backend() {
  mapfile -t COMPREPLY < <(mlops-backend ${COMPLETE} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _mlops_backend mlops-backend`,
  zsh: `#compdef mlops-backend
_mlops_backend() {
  compadd -- \${(f)"$(mlops-backend ${COMPLETE} "\${(@)words[2,CURRENT]}" 2>/dev/null)"} || _files
}
compdef _mlops_backend mlops-backend`,
  fish: `complete -c mlops-backend -a '(mlops-backend ${COMPLETE} (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

export const completion = buildCommand({
  docs: {
    brief: 'Print what makes a shell complete commands and flags',
    fullDescription: `Print what makes a shell complete commands and flags.

Examples:
  eval "$(mlops-backend completion bash)"
  mlops-backend completion fish > ~/.config/fish/completions/mlops-backend.fish`,
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: shellOf, placeholder: 'shell', brief: 'bash, zsh or fish' }],
    },
  },
  func(this: Context, _flags: object, shell: keyof typeof SCRIPTS) {
    this.process.stdout.write(`${SCRIPTS[shell]}\n`);
  },
});

function shellOf(text: string): keyof typeof SCRIPTS {
  if (Object.hasOwn(SCRIPTS, text)) return text as keyof typeof SCRIPTS;
  throw new Error('must be bash, zsh or fish');
}
