/** Addresses as people read them, and as `--bank` takes them. */

/** `HOST:PORT`; an address of IPv6 stands in brackets, for its colons. */
export const addressText = ({ host, port }: { host: string; port: number }): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
