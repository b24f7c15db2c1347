// SPDX-License-Identifier: Apache-2.0
import type { Me, Role } from '$gen/types';

const levels: Record<Role, number> = { ANONYMOUS: 0, MEMBER_ROLE: 1, MODERATOR_ROLE: 2, ADMIN_ROLE: 3 };

export const levelOf = (role: Role | undefined): number => (role ? levels[role] : 0);
export const isModerator = (me: Me | null): boolean => levelOf(me?.role) >= 2;
export const isAdmin = (me: Me | null): boolean => levelOf(me?.role) >= 3;
