"""How a person comes in: links and sessions of the web chat, invites, requests for access, consent. Secrets are kept as hashes only."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.database import Row, Tx
from storage.times import from_text, to_text


def hash_of(secret: str) -> str:
    """Return the SHA-256 of a secret in hex: our secrets are long and random, so no salt and no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


# ── links and sessions ──────────────────────────────────────────────────────────────────────────────────────────────

ADD_LINK = "INSERT INTO links (account_id, secret_hash, created_at) VALUES (?, ?, ?) RETURNING id"
LINK = "SELECT id, account_id FROM links WHERE secret_hash = ? AND revoked_at IS NULL"
REVOKE_LINKS = "UPDATE links SET revoked_at = ? WHERE account_id = ? AND revoked_at IS NULL"
REVOKE_SESSIONS = "UPDATE sessions SET revoked_at = ? WHERE account_id = ? AND revoked_at IS NULL"


async def add_link(tx: Tx, account_id: int, secret: str, now: datetime) -> int:
    return await tx.insert(ADD_LINK, account_id, hash_of(secret), to_text(now))


async def link(tx: Tx, secret: str) -> tuple[int, int] | None:
    """Return (link id, account id) of a link in force, or None."""
    row = await tx.one(LINK, hash_of(secret))
    return (int(row[0]), int(row[1])) if row else None


async def revoke_links(tx: Tx, account_id: int, now: datetime) -> int:
    """Revoke every link of the account and every browser that opened one; return how many links."""
    revoked = await tx.run(REVOKE_LINKS, to_text(now), account_id)
    await tx.run(REVOKE_SESSIONS, to_text(now), account_id)
    return revoked


ADD_SESSION = "INSERT INTO sessions (token_hash, account_id, link_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?)"
SEAT = """
SELECT a.id, a.address, p.id, p.name FROM sessions s
JOIN accounts a ON a.id = s.account_id LEFT JOIN persons p ON p.id = a.person_id
WHERE s.token_hash = ? AND s.revoked_at IS NULL AND s.expires_at > ? AND (a.person_id IS NULL OR p.active = 1)"""
END_SESSION = "UPDATE sessions SET revoked_at = ? WHERE token_hash = ?"
PRUNE_SESSIONS = "DELETE FROM sessions WHERE expires_at < ?"


async def add_session(tx: Tx, account_id: int, link_id: int | None, token: str, now: datetime, days: int) -> None:
    await tx.run(ADD_SESSION, hash_of(token), account_id, link_id, to_text(now), to_text(now + timedelta(days=days)))


@dataclass(frozen=True, slots=True)
class Seat:
    """Whose place a session opens."""

    account_id: int
    address: str
    person_id: int | None  # None: a stranger
    name: str


async def seat(tx: Tx, token: str, now: datetime) -> Seat | None:
    """Return the seat of a session in force, or None. Somebody taken off the roster has none."""
    row = await tx.one(SEAT, hash_of(token), to_text(now))
    return Seat(row[0], row[1], row[2], row[3] or "") if row else None


async def end_session(tx: Tx, token: str, now: datetime) -> None:
    await tx.run(END_SESSION, to_text(now), hash_of(token))


async def prune_sessions(tx: Tx, now: datetime) -> int:
    return await tx.run(PRUNE_SESSIONS, to_text(now))


# ── invites ─────────────────────────────────────────────────────────────────────────────────────────────────────────

ADD_INVITE = """
INSERT INTO invites (person_id, code_hash, made_by, created_at, expires_at) VALUES (?, ?, ?, ?, ?) RETURNING id"""
USE_INVITE = """
UPDATE invites SET used_at = ?, used_by = ?
WHERE code_hash = ? AND used_at IS NULL AND expires_at > ? RETURNING person_id"""
INVITED = "SELECT person_id FROM invites WHERE code_hash = ? AND used_at IS NULL AND expires_at > ?"
OUTDATE_INVITES = "UPDATE invites SET expires_at = ? WHERE person_id = ? AND used_at IS NULL AND expires_at > ?"


async def add_invite(tx: Tx, person_id: int, code: str, made_by: int | None, now: datetime, hours: int) -> int:
    """Write an invite; earlier unused ones of the same person end now."""
    moment = to_text(now)
    await tx.run(OUTDATE_INVITES, moment, person_id, moment)
    return await tx.insert(ADD_INVITE, person_id, hash_of(code), made_by, moment, to_text(now + timedelta(hours=hours)))


async def use_invite(tx: Tx, code: str, account_id: int, now: datetime) -> int | None:
    """Use up an invite and return whom it invites; None when there is none, it was used or is too old."""
    moment = to_text(now)
    rows = await tx.returning(USE_INVITE, moment, account_id, hash_of(code), moment)
    return int(rows[0][0]) if rows else None


async def invited(tx: Tx, code: str, now: datetime) -> int | None:
    """Return whom an invite in force invites, without using it up, or None."""
    row = await tx.one(INVITED, hash_of(code), to_text(now))
    return int(row[0]) if row else None


WRONG = "INSERT INTO wrong_codes (account_id, at) VALUES (?, ?)"
WRONG_OF = "SELECT count(*) FROM wrong_codes WHERE account_id = ? AND at > ?"
WRONG_OF_ALL = "SELECT count(*) FROM wrong_codes WHERE at > ?"
PRUNE_WRONG = "DELETE FROM wrong_codes WHERE at < ?"


async def wrong_code(tx: Tx, account_id: int, now: datetime) -> None:
    await tx.run(WRONG, account_id, to_text(now))


async def wrong_codes(tx: Tx, account_id: int | None, since: datetime) -> int:
    """Return how many wrong codes came since then from this account, or from all."""
    row = await (
        tx.one(WRONG_OF_ALL, to_text(since)) if account_id is None else tx.one(WRONG_OF, account_id, to_text(since))
    )
    return int(row[0]) if row else 0


async def prune_wrong_codes(tx: Tx, before: datetime) -> int:
    return await tx.run(PRUNE_WRONG, to_text(before))


# ── requests for access ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class AccessRequest:
    id: int
    account_id: int
    words: str
    name: str
    made_at: datetime
    decision: str | None  # 'approved', 'refused'; None: open


REQUEST_COLUMNS = "id, account_id, words, name, made_at, decision"
ADD_REQUEST = "INSERT INTO access_requests (account_id, words, name, made_at) VALUES (?, ?, ?, ?) RETURNING id"
REQUEST = f"SELECT {REQUEST_COLUMNS} FROM access_requests WHERE id = ?"
OPEN_REQUESTS = f"SELECT {REQUEST_COLUMNS} FROM access_requests WHERE decision IS NULL ORDER BY id"
OPEN_OF = f"SELECT {REQUEST_COLUMNS} FROM access_requests WHERE account_id = ? AND decision IS NULL"
DECIDE = """
UPDATE access_requests SET decision = ?, decided_by = ?, decided_at = ? WHERE id = ? AND decision IS NULL"""


def _request(row: Row) -> AccessRequest:
    number, account_id, words, name, made_at, decision = row
    return AccessRequest(number, account_id, words, name, from_text(made_at), decision)


async def add_request(tx: Tx, account_id: int, words: str, name: str, now: datetime) -> int:
    return await tx.insert(ADD_REQUEST, account_id, words, name, to_text(now))


async def request(tx: Tx, request_id: int) -> AccessRequest | None:
    row = await tx.one(REQUEST, request_id)
    return _request(row) if row else None


async def open_requests(tx: Tx) -> list[AccessRequest]:
    return [_request(row) for row in await tx.all(OPEN_REQUESTS)]


async def open_request_of(tx: Tx, account_id: int) -> AccessRequest | None:
    row = await tx.one(OPEN_OF, account_id)
    return _request(row) if row else None


async def decide(tx: Tx, request_id: int, decision: str, by: int, now: datetime) -> bool:
    """Decide an open request; False when somebody was faster."""
    return await tx.run(DECIDE, decision, by, to_text(now), request_id) == 1


# ── consent ─────────────────────────────────────────────────────────────────────────────────────────────────────────

GIVE = "INSERT INTO consents (person_id, account_id, version, given_at) VALUES (?, ?, ?, ?)"
WITHDRAW = "UPDATE consents SET withdrawn_at = ? WHERE person_id = ? AND withdrawn_at IS NULL"


async def give_consent(tx: Tx, person_id: int, account_id: int, version: str, now: datetime) -> None:
    """Record consent to this version; an earlier one ends with it."""
    await withdraw_consent(tx, person_id, now)
    await tx.run(GIVE, person_id, account_id, version, to_text(now))


WITHDRAWN = """
SELECT 1 FROM consents w WHERE w.person_id = ? AND w.withdrawn_at IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM consents c WHERE c.person_id = w.person_id AND c.withdrawn_at IS NULL)"""


async def has_withdrawn(tx: Tx, person_id: int) -> bool:
    """Tell whether this person had agreed and took it back: nothing may be sent here any more."""
    return await tx.one(WITHDRAWN, person_id) is not None


async def withdraw_consent(tx: Tx, person_id: int, now: datetime) -> bool:
    return await tx.run(WITHDRAW, to_text(now), person_id) > 0
