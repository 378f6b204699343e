/** What became of the records that were read, and which channels tell of machines. */

export interface Accounting {
  read?: number;
  drawn?: number;
  evidence_only?: Record<string, number>;
  skipped?: Record<string, number>;
  rejected?: Record<string, { records: number; file: string; position: string }>;
  reason?: string;
}

export interface Row {
  what: string;
  records: number;
  why: string;
}

/** Records that are kept and not in the graph: by kind where it is named, the commonest first. */
export function kept(found: Accounting): Row[] {
  const skipped = Object.entries(found.skipped ?? {}).map(([reason, records]) => {
    const unmapped = /^unmapped: (.+)$/.exec(reason);
    return unmapped
      ? { what: unmapped[1]!, records, why: 'no rule for this kind' }
      : { what: 'skipped', records, why: reason };
  });
  const evidence = Object.entries(found.evidence_only ?? {}).map(([why, records]) => ({
    what: 'evidence only',
    records,
    why,
  }));
  return [...evidence, ...skipped].sort((a, b) => b.records - a.records || a.why.localeCompare(b.why));
}

/** Records that could not be read, each reason with its first place. */
export function rejected(found: Accounting): Row[] {
  return Object.entries(found.rejected ?? {})
    .map(([reason, { records, file, position }]) => ({
      what: 'rejected',
      records,
      why: `${reason}; the first is ${position} of ${file}`,
    }))
    .sort((a, b) => b.records - a.records);
}

type Channels = readonly { channel: string; events: number }[];

/** Records of a machine by channel; both logs of PowerShell are one. */
export function byChannel(found: Channels): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { channel, events } of found) {
    const name = channel === 'WindowsPowerShell' ? 'PowerShell' : channel;
    sums.set(name, (sums.get(name) ?? 0) + events);
  }
  return sums;
}

/** The channels with the most records of all machines, at most so many. */
export function channels(machines: readonly { channels: Channels }[], most = 3): string[] {
  const sums = byChannel(machines.flatMap((machine) => machine.channels));
  return [...sums]
    .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
    .slice(0, most)
    .map(([channel]) => channel);
}
