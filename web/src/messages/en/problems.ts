// SPDX-License-Identifier: Apache-2.0
import { plural } from './plural';

// By the API's stable reasons, and OFFLINE for a server that cannot be reached.
export const m = {
  retry: (seconds: number) => `Try again in ${seconds} ${plural(seconds, 'second', 'seconds')}.`,
  reasons: {
    OFFLINE: 'The server cannot be reached. What you wrote is kept; try again in a moment.',
    INVALID_FIELD: 'Something in the form is missing or not as expected.',
    INVALID_JSON: 'The server did not understand the request. Reload the page and try again.',
    INVALID_PAGE_TOKEN: 'This page of the list no longer exists. Start again from the top.',
    TEXT_TOO_LONG: 'The text is too long. Shorten it or split it into several posts.',
    BODY_TOO_LARGE: 'That is more than the server takes at once.',
    UNKNOWN_FIELD: 'The server did not understand the request. Reload the page and try again.',
    SIGN_IN_REQUIRED: 'Log in first, then try again.',
    PERMISSION_DENIED: 'You may not do this.',
    WRONG_CREDENTIALS: 'The name or the password is not right.',
    SUSPENDED: 'Your account is suspended: you can read, but not write.',
    CROSS_SITE: 'The request came from another site and was refused. Reload the page and try again.',
    REGISTRATION_CLOSED: 'This community takes no new members at the moment.',
    INVITATION_REQUIRED: 'You need an invitation to join. Ask a member for one.',
    LINK_INVALID: 'This link was used already or has expired. Ask for a new one.',
    TOO_MANY_REQUESTS: 'That was a bit much at once. Wait a moment.',
    NOT_FOUND: 'It is not there (any more), or you may not see it.',
    USERNAME_TAKEN: 'This name is taken. Choose another one.',
    EMAIL_TAKEN: 'There is an account with this address already. Log in instead.',
    EDIT_CONFLICT: 'Somebody else has changed this meanwhile.',
    TOPIC_CLOSED: 'The topic was closed and takes no more replies. Your text is kept.',
    CATEGORY_NOT_EMPTY: 'Only an empty category can be deleted. Move its topics first.',
    SLUG_TAKEN: 'Another category has this address already.',
    WRONG_STATE: 'That does not fit any more: somebody was faster. Reload the page.',
    LAST_ADMINISTRATOR: 'The community needs at least one administrator.',
    REQUEST_ID_REUSED: 'This was sent before with another text. Reload the page and send again.',
    INTERNAL: 'Something went wrong on our side. Try again.',
    UNAVAILABLE: 'A part of the server is away at the moment. Try again shortly.',
    DEADLINE: 'The server took too long. Try again.',
    STORAGE_FULL: 'The server has no room left; nothing was changed. Tell the administrators.',
  },
};
