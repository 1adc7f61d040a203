/** Whether a name or address can only be reached from this machine. */
export function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The same for a `Host` header, which may carry a port. */
export function isLoopbackHost(header: string): boolean {
  const name = header
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1');
  return isLoopbackName(name);
}
