interface Part {
  readonly field: string;
  /** Put into the header as it is, so that a test can send what no browser would. */
  readonly filename?: string;
  readonly content: string | Uint8Array;
}

/** The body of a multipart form, byte by byte. */
export function multipart(parts: readonly Part[], boundary = 'form-boundary') {
  const pieces = parts.flatMap(({ field, filename, content }) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${field}"`,
    filename === undefined ? '' : `; filename="${filename}"\r\nContent-Type: application/octet-stream`,
    '\r\n\r\n',
    content,
    '\r\n',
  ]);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([...pieces, `--${boundary}--\r\n`].map((piece) => Buffer.from(piece as string))),
  };
}
