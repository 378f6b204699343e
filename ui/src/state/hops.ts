/** Hops of attack paths as the state keeps them. */
import type { AttackPath } from '../api/client';
import { fromIso } from '../time/format';
import { keyOf, type DrawnHop } from './state';

const IP = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]+)$/i;

/** The hop of an attack path in the form the state keeps. */
export function drawnHop(hop: AttackPath['hops'][number], index: number): DrawnHop {
  const from = hop.from_id ?? hop.from;
  const start = fromIso(hop.start);
  return {
    from: keyOf({ kind: hop.from_label ?? (IP.test(from) ? 'IP' : 'Machine'), id: from }),
    to: keyOf({ kind: hop.to_label ?? 'Machine', id: hop.to_id ?? hop.to }),
    user: hop.user ?? '',
    userKey: hop.user_id ? keyOf({ kind: 'User', id: hop.user_id }) : null,
    technique: hop.technique_name ?? hop.technique ?? null,
    logonType: hop.logon_type ?? null,
    start,
    end: fromIso(hop.end) ?? start,
    id: hop.relationship_id ?? `${hop.logon_id ?? 'hop'}-${index}`,
    confidence: hop.confidence ?? null,
    ids: (hop.relationship_ids ?? []).slice(0, 12),
    process: hop.remote_process_id ? keyOf({ kind: 'Process', id: hop.remote_process_id }) : null,
    reasons: [hop.technique_reason, ...(hop.reasons ?? [])].filter((text) => !!text).slice(0, 6) as string[],
    ...causeOf(hop),
    ...(hop.technique_against?.length ? { against: hop.technique_against.slice(0, 3) } : {}),
    ...(hop.alternatives?.length ? { others: hop.alternatives.slice(0, 3) } : {}),
    ...(start === null ? { evidence: hop.evidence.slice(0, 5) } : {}),
  };
}

/** What led to a hop, where anything is known of it. */
function causeOf(hop: AttackPath['hops'][number]): Pick<DrawnHop, 'cause'> {
  if (!hop.cause_reason || !hop.cause_how || hop.cause_how === 'none') return {};
  const how = hop.cause_proved ? 'proved' : 'inferred';
  return { cause: { text: hop.cause_reason, how, switched: hop.credential_switch === true } };
}
