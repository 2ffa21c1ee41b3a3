const PAGE = 65_536;
/** 4 GiB, all that 32-bit WebAssembly can address. */
export const MAX_ARENA_BYTES = 65_536 * PAGE;
/** The module asks for this much whatever the table's size. */
const INITIAL_PAGES = 16;
/** Cache lines, and what v128 loads like. */
const ALIGNMENT = 64;

/** Memory the kernel can see, handed out once and never taken back: drop the arena to free it. */
export class Arena {
  readonly memory: WebAssembly.Memory;
  #next = ALIGNMENT;

  constructor() {
    this.memory = new WebAssembly.Memory({
      initial: INITIAL_PAGES,
      maximum: MAX_ARENA_BYTES / PAGE,
      shared: true,
    });
  }

  /**
   * @returns the address of `bytes` zeroed bytes
   * @throws RangeError past 4 GiB
   */
  allocate(bytes: number): number {
    const address = this.#next;
    this.#next = Math.ceil((address + bytes) / ALIGNMENT) * ALIGNMENT;
    const missing = Math.ceil(this.#next / PAGE) - this.memory.buffer.byteLength / PAGE;
    if (missing > 0) this.memory.grow(missing);
    return address;
  }
}
