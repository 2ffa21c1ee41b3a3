import type { Client } from './client.ts';

type Json = Record<string, unknown>;

/** What a user does with the names of models. */
export function keptModels(api: Client) {
  const setAlias = (name: string, alias: string, version: unknown) =>
    api.call(`/models/${name}/aliases/${alias}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ version }),
    });

  const succeed = async (response: Response, ...statuses: readonly number[]): Promise<Json> => {
    const answer = await api.json(response);
    if (!statuses.includes(response.status)) throw new Error(`${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  };

  return {
    setAlias,
    /** Makes the artifact a version of the name, and fails unless it is one. */
    register: async (name: string, artifactId: string) =>
      succeed(await api.post(`/models/${name}/versions`, { artifact_id: artifactId }), 200, 201),
    /** Lets the alias stand for the version, and fails unless it does. */
    promote: async (name: string, alias: string, version: number) =>
      succeed(await setAlias(name, alias, version), 200),
  };
}
