// SPDX-License-Identifier: Apache-2.0
// What the server tells of its edge (GET /api/v1/edge), as far as the page shows it, and how it is judged.
export interface Certificate {
  name: string;
  source: 'file' | 'acme';
  hosts: string[];
  issuer?: string;
  algorithm?: string;
  notAfter: string | null;
  daysLeft: number | null;
  state: 'valid' | 'expired' | 'future' | 'waiting' | 'ordering' | 'failing';
  nextAttempt?: string | null;
  lastError?: string;
}

export interface Route {
  method: string;
  pattern: string;
  requests: number;
  meanMilliseconds: number;
  p95Milliseconds: number;
  failures: number;
}

export interface Share {
  name: string;
  total: number;
  lastMinute: number;
}

export interface Site {
  host: string;
  kind: 'files' | 'services';
  upstreams: { url: string; well: boolean }[];
}

export interface Edge {
  version: string;
  time: string;
  uptimeSeconds: number;
  memoryBytes: number;
  openFiles: number;
  maxOpenFiles: number;
  eventBusConnected: boolean;
  connections: { open: number; http1: number; http2: number; tls: number; limit: number; refused: number; denied: number };
  requests: {
    total: number;
    perSecond: number;
    lastMinute: number;
    byStatus: Record<string, { total: number; perSecond: number; lastMinute: number }>;
    history: number[];
    failureHistory: number[];
  };
  routes: Route[];
  cache: {
    enabled: boolean;
    pages: number;
    bytes: number;
    maxBytes: number;
    evictions: number;
    lastMinute: { hits: number; staleHits: number; shared: number; misses: number; hitRatio: number | null };
  };
  queue: { limit: number; limited: boolean; inFlight: number; waiting: number; load: number; underAttack: boolean; shed: Share[] };
  limits: { classes: Share[]; challenges: Record<string, number> };
  certificates: Certificate[];
  sites: Site[];
  realtime: { connections: number; subscriptions: number; present: number; eventsPerSecond: number; droppedSlow: number; refused: number };
}

// Nobody but a person renews a file; what comes by itself is worth a word only when it is late.
const soon = { file: 14, acme: 7 };

export type Verdict = 'good' | 'soon' | 'failing' | 'ended';

export function verdict(certificate: Certificate): Verdict {
  const { state, daysLeft, source } = certificate;
  if (state === 'expired' || (daysLeft !== null && daysLeft < 0)) return 'ended';
  if (state === 'failing') return 'failing';
  return daysLeft !== null && daysLeft < soon[source] ? 'soon' : 'good';
}

// The tops of a plot: 1, 2 or 5 times a power of ten, so that it does not breathe with every request.
export function ceiling(values: number[]): number {
  const most = Math.max(5, ...values);
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= most) ?? most;
}
