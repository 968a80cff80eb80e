import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Listening {
  readonly host: string;
  readonly port: number;
}

/** The TCP addresses (IPv4 and IPv6) on which a process listens, as Linux reports them. */
export function listening(pid: number): Listening[] {
  const inodes = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => inodeOf(pid, fd)));
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(inode))
    .map(([, local = '']) => {
      const [address = '', port = ''] = local.split(':');
      return { host: readable(address), port: Number.parseInt(port, 16) };
    });
}

function inodeOf(pid: number, fd: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
  } catch {
    return undefined;
  }
}

/** Decodes an IPv4 address from the machine's byte order. An IPv6 address is not changed. */
function readable(address: string): string {
  if (address.length !== 8) return address;
  return Buffer.from(address, 'hex').reverse().join('.');
}
