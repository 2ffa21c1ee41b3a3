// States and actions as in csv-grammar.ts, for every kernel that reads delimited texts.

export const QUOTED: u32 = 128;
export const CLOSED: u32 = 256;
export const ACTIONS: u32 = 384;
export const END_FIELD: u32 = ACTIONS + 1;
export const END_LINE: u32 = ACTIONS + 2;
export const RETURN: u32 = ACTIONS + 3;
export const LINE_IN_FIELD: u32 = ACTIONS + 4;
export const TEXT_STATE: u32 = 1;
export const DOUBLED: u32 = 2;

export const LF: u32 = 0x0a;
export const CR: u32 = 0x0d;
export const QUOTE: u32 = 0x22;
