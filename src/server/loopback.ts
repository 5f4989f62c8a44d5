/** Which addresses are this machine's own. */

const LOOPBACK = /^(::ffff:)?127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;

/** 127.0.0.0/8 and ::1, also as an IPv4 address mapped into IPv6. */
export const isLoopback = (address: string): boolean => address === "::1" || LOOPBACK.test(address);
