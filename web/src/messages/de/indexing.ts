// SPDX-License-Identifier: Apache-2.0
import type { m as Messages } from '../en/indexing';
import { plural } from './plural';

const exact = (n: number | string): string => String(n).replace(/\B(?=(\d{3})+$)/g, '.');
const units = ['B', 'kB', 'MB', 'GB', 'TB'];

export const m: typeof Messages = {
  exact,
  bytes: (n) => {
    const i = n < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(n) / 3));
    return `${(n / 1000 ** i).toFixed(i > 1 ? 1 : 0).replace('.', ',')} ${units[i]}`;
  },
  title: 'Suche',
  index: 'Der Index',
  state: 'Zustand',
  states: { ABSENT: 'Noch keiner', SERVING: 'In Gebrauch', REBUILDING: 'In Gebrauch, wird neu gebaut' },
  topics: 'Themen',
  posts: 'Beiträge',
  words: 'Verschiedene Wörter',
  size: 'Auf der Platte',
  ofText: (times) => `das ${times.replace('.', ',')}-Fache des Textes`,
  behind: 'Hinter dem Forum',
  upToDate: 'auf dem Stand',
  seconds: (s) => (s < 1 ? 'unter 1 s' : s < 120 ? `${Math.round(s)} s` : `${Math.round(s / 60)} min`),
  events: (n) => `${exact(n)} ${plural(+n, 'Änderung', 'Änderungen')}`,
  built: 'Gebaut',
  causes: {
    FIRST: 'zum ersten Mal', ASKED: 'weil jemand darum bat', DAMAGED: 'weil der alte beschädigt war',
    LOG_LOST: 'weil er zu viel verpasst hatte', FORMAT: 'für eine neue Version des Programms',
  },
  instance: (name) => `Es antwortete ${name}. Jeder Prozess hat einen eigenen Index.`,
  rebuild: 'Neu bauen',
  rebuildHint: 'Nur nötig, wenn etwas zu fehlen scheint. Der jetzige Index dient, bis der neue fertig ist.',
  rebuilding: 'Der Index wird gebaut',
  progress: (done, total, perSecond) => `${done} von ${total} Beiträgen, ${perSecond} je Sekunde`,
  started: 'Der Index wird neu gebaut.',
  done: 'Der Index ist gebaut.',
  none: 'Es gibt noch keinen Index: Nichts wird gefunden, bis er gebaut ist.',
  lost: 'Keine Antwort; es wird weiter gefragt.',
  off: 'Die Suche ist auf diesem Server abgeschaltet',
  offText: 'Starte den Dienst und nenne seine Adresse in der Konfiguration, um sie zu haben.',
  away: 'Der Suchdienst antwortet nicht',
  awayText: 'Nichts ist verloren: Der Index holt von selbst auf. Sieh gleich noch einmal nach.',
  again: 'Noch einmal',
  lookedFor: 'Wonach gesucht wird',
  privacy: 'Gezählt nach Wörtern; wer fragte, wird nicht behalten. Eine Anfrage erscheint, sobald sie an zwei Tagen oder dreimal gestellt wurde.',
  searches: 'Suchen',
  withoutResults: 'Ohne Ergebnis',
  clicked: 'Ergebnis geöffnet',
  percent: (part) => `${Math.round(part * 100)} %`,
  lastDays: 'Suchen je Tag',
  chart: (total, peak, day, without) => `Suchen je Tag in den letzten 30 Tagen: insgesamt ${total}, davon ${without} ohne Ergebnis; höchstens ${peak}, am ${day}. Die Zahlen stehen in der Tabelle darunter.`,
  chartEmpty: 'In den letzten 30 Tagen hat niemand gesucht.',
  asTable: 'Die Zahlen als Tabelle',
  day: 'Tag',
  query: 'Anfrage',
  count: 'Suchen',
  clicks: 'Geöffnet',
  place: 'Platz',
  top: 'Am häufigsten',
  topWithoutResults: 'Ohne Fund',
  topWithoutClicks: 'Gefunden, aber nichts geöffnet',
  topHint: 'Platz: wo die geöffneten Ergebnisse im Mittel standen.',
  withoutResultsHint: 'Themen, die hier erwartet werden und die niemand geschrieben hat.',
  withoutClicksHint: 'Es gab Ergebnisse, aber nicht die richtigen, oder ihre Titel sagen es nicht.',
  nothing: 'Noch nichts zu berichten',
};
