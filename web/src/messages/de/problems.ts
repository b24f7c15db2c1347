// SPDX-License-Identifier: Apache-2.0
import type { m as Messages } from '../en/problems';
import { plural } from './plural';

export const m: typeof Messages = {
  retry: (seconds) => `Versuch es in ${seconds} ${plural(seconds, 'Sekunde', 'Sekunden')} noch einmal.`,
  reasons: {
    OFFLINE: 'Der Server ist nicht erreichbar. Dein Text bleibt erhalten; versuch es gleich noch einmal.',
    INVALID_FIELD: 'Im Formular fehlt etwas, oder etwas passt nicht.',
    INVALID_JSON: 'Der Server hat die Anfrage nicht verstanden. Lade die Seite neu und versuch es noch einmal.',
    INVALID_PAGE_TOKEN: 'Diese Seite der Liste gibt es nicht mehr. Beginn noch einmal von oben.',
    TEXT_TOO_LONG: 'Der Text ist zu lang. Kürze ihn oder verteile ihn auf mehrere Beiträge.',
    BODY_TOO_LARGE: 'Das ist mehr, als der Server auf einmal annimmt.',
    UNKNOWN_FIELD: 'Der Server hat die Anfrage nicht verstanden. Lade die Seite neu und versuch es noch einmal.',
    SIGN_IN_REQUIRED: 'Melde dich zuerst an und versuch es dann noch einmal.',
    PERMISSION_DENIED: 'Das darfst du nicht.',
    WRONG_CREDENTIALS: 'Der Name oder das Passwort stimmt nicht.',
    SUSPENDED: 'Dein Konto ist gesperrt: Du kannst lesen, aber nicht schreiben.',
    CROSS_SITE: 'Die Anfrage kam von einer anderen Seite und wurde abgelehnt. Lade die Seite neu und versuch es noch einmal.',
    REGISTRATION_CLOSED: 'Diese Community nimmt zurzeit keine neuen Mitglieder auf.',
    INVITATION_REQUIRED: 'Zum Mitmachen brauchst du eine Einladung. Bitte ein Mitglied darum.',
    LINK_INVALID: 'Dieser Link wurde schon benutzt oder ist abgelaufen. Bitte um einen neuen.',
    TOO_MANY_REQUESTS: 'Das war etwas viel auf einmal. Warte einen Moment.',
    NOT_FOUND: 'Das gibt es nicht (mehr), oder du darfst es nicht sehen.',
    USERNAME_TAKEN: 'Dieser Name ist vergeben. Nimm einen anderen.',
    EMAIL_TAKEN: 'Zu dieser Adresse gibt es schon ein Konto. Melde dich damit an.',
    EDIT_CONFLICT: 'Das hat inzwischen jemand anderes geändert.',
    TOPIC_CLOSED: 'Das Thema wurde geschlossen und nimmt keine Antworten mehr an. Dein Text bleibt erhalten.',
    CATEGORY_NOT_EMPTY: 'Nur eine leere Kategorie lässt sich löschen. Verschiebe zuerst ihre Themen.',
    SLUG_TAKEN: 'Eine andere Kategorie hat diese Adresse schon.',
    WRONG_STATE: 'Das passt nicht mehr: Jemand war schneller. Lade die Seite neu.',
    LAST_ADMINISTRATOR: 'Die Community braucht mindestens eine Administratorin oder einen Administrator.',
    REQUEST_ID_REUSED: 'Das wurde schon mit anderem Text gesendet. Lade die Seite neu und sende noch einmal.',
    INTERNAL: 'Bei uns ist etwas schiefgegangen. Versuch es noch einmal.',
    UNAVAILABLE: 'Ein Teil des Servers ist gerade nicht da. Versuch es gleich noch einmal.',
    DEADLINE: 'Der Server hat zu lange gebraucht. Versuch es noch einmal.',
    STORAGE_FULL: 'Der Server hat keinen Platz mehr; nichts wurde geändert. Sag der Verwaltung Bescheid.',
  },
};
