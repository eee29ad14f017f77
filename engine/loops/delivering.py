"""Deliveries that are due in; each tried under a claim, and what became of it written down, out."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from threading import Event

from engine.channels import Channel
from engine.channels.email import SmtpChannel
from engine.channels.outbox import OutboxChannel
from engine.channels.slack import SlackChannel
from engine.channels.slack_bundles import text_of
from engine.clock import Clock, SystemClock, day_of, local_day
from engine.conditions.sentence import Titles
from engine.domain import DeliveryState, Reason
from engine.language.settings import Settings
from engine.letters import Letter, Receipt, TryOutcome
from engine.store.database import Database
from engine.store.deliveries import Terms, claim, count_left, next_try, settle
from engine.store.delivery_rows import POSSIBLE_REPEAT, Claimed

LEASES: Mapping[str, timedelta] = {"slack": timedelta(minutes=3), "email": timedelta(minutes=15)}
"""By channel: longer than the longest try, all time-outs included, begun in the first third of it.

While a Slack message is claimed its channel waits, so that a worker that died holds up no more than minutes."""
SLACK_URL = "PULSEBOOK_SLACK_URL"
"""The environment variable that names another Slack-shaped server."""
PACE = timedelta(seconds=2)
"""Messages that are due so soon (one a second and channel) are waited for; later ones come back by themselves."""
AT_ONCE = 20
"""Tries between two glances at whether to stop."""
NOTICE = "notice"
"""Stands where else the template's name does."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Post:
    """What it takes to deliver. `channels` holds those with credentials, by kind; `outboxes` all kinds.

    `fallback` is the teammate for whom nobody is there; `zone` the company's. `clock` says what is due; `wall` is the
    time outside, which is the same but in a simulation. Who is away is looked up as of `at`; None: by the clock.
    `titles` says how rules are called where a message tells of many accounts.
    """

    database: Database
    channels: Mapping[str, Channel]
    outboxes: Mapping[str, Channel]
    fallback: str
    zone: str
    clock: Clock
    wall: Clock = field(default_factory=SystemClock)
    leases: Mapping[str, timedelta] = field(default_factory=lambda: LEASES)
    at: datetime | None = None
    titles: Titles = field(default_factory=Titles)
    currency: str | None = None
    """The company's: of accounts that say none."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the deliveries that a call tried; `left` will be tried again by themselves, next at `next_at`."""

    sent: int
    not_sent: int
    unknown: int
    left: int
    next_at: datetime | None

    def followed_by(self, later: "Delivered") -> "Delivered":
        """Both together; what is left, the later one knows."""
        return replace(
            later,
            sent=self.sent + later.sent,
            not_sent=self.not_sent + later.not_sent,
            unknown=self.unknown + later.unknown,
        )


def post_of(settings: Settings, folder: Path, database: Database, clock: Clock, environ: Mapping[str, str]) -> Post:
    """The channels that the settings name; one whose variable is not set has no credentials.

    Raises ChannelMisconfigured where a variable holds what can't be used.
    """
    given, outbox = settings.channels, folder / settings.outbox.folder
    channels: dict[str, Channel] = {}
    token = _secret(given.slack.token, environ) if given.slack else None
    if token is not None:
        url = environ.get(SLACK_URL)
        channels["slack"] = SlackChannel(token, url) if url else SlackChannel(token)
    server = _secret(given.email.smtp, environ) if given.email else None
    if server is not None and given.email is not None:
        channels["email"] = SmtpChannel(server, given.email.from_, timeout=30.0, dot_timeout=240.0, clock=clock)
    return Post(
        database,
        {} if settings.outbox.all else channels,
        {"slack": OutboxChannel(outbox, "slack"), "email": OutboxChannel(outbox, "email")},
        settings.people.fallback,
        settings.company.timezone,
        clock,
        currency=settings.company.currency,
    )


def _secret(named: str, environ: Mapping[str, str]) -> str | None:
    return environ.get(named.removeprefix("env:")) or None


def deliver_due(post: Post, *, most: int = 10_000, on_lane: str | None = None) -> Delivered:
    """Tries what is due until nothing is, or `most` were tried. Raises DatabaseUnusable; no channel ends it.

    `on_lane`: only what goes along this lane.
    """
    states: Counter[DeliveryState | None] = Counter()
    for _ in range(most):
        claimed = claim(post.database, _terms(post, on_lane))
        if claimed is None:
            break
        claimed, receipt = _attempt(post, _worded(post, claimed))
        tried_for = post.wall.now() - claimed.first_claimed_at
        state = settle(post.database, claimed, receipt, post.clock.now(), tried_for)
        if state is None:
            _log.warning("Delivery %s was taken over by another worker meanwhile.", claimed.id)
        states[state] += len(claimed.ids)
    return Delivered(
        sent=states[DeliveryState.SENT],
        not_sent=states[DeliveryState.NOT_SENT],
        unknown=states[DeliveryState.UNKNOWN],
        left=count_left(post.database),
        next_at=next_try(post.database, on_lane),
    )


def deliver_soon(
    post: Post, stop: Event, progress: Callable[[int], None] = lambda _sent: None, *, on_lane: str | None = None
) -> Delivered:
    """Delivers what is due, and waits for what falls due within the pace of a channel, until told to stop."""
    total = Delivered(0, 0, 0, 0, None)
    while not stop.is_set():
        total = total.followed_by(deliver_due(post, most=AT_ONCE, on_lane=on_lane))
        progress(total.sent)
        if total.next_at is None or (wait := total.next_at - post.clock.now()) > PACE:
            break
        stop.wait(max(0.0, wait.total_seconds()))
    return total


def _terms(post: Post, on_lane: str | None) -> Terms:
    now = post.clock.now()
    today = day_of(local_day(post.at or now, post.zone))
    is_paced = "slack" in post.channels
    return Terms(now, post.wall.now(), post.leases, today, post.fallback, is_paced=is_paced, on_lane=on_lane)


def _worded(post: Post, claimed: Claimed) -> Claimed:
    """With the text of the one message for all, where it stands for many accounts."""
    if claimed.bundle is None:
        return claimed
    text = text_of(claimed.bundle, post.titles, post.currency)
    return replace(claimed, text=text, account="many accounts")


def _attempt(post: Post, claimed: Claimed) -> tuple[Claimed, Receipt]:
    """One try, after a look for the earlier one where that may have arrived; the claim as it stands by then."""
    if claimed.refusal is not None:
        return claimed, Receipt(TryOutcome.REFUSED, claimed.refusal)
    if claimed.address is None:
        return claimed, Receipt(TryOutcome.REFUSED, "nobody to send it to")
    channel, letter = _channel(post, claimed), _letter(claimed, claimed.address)
    if claimed.is_doubtful:
        found = _find(channel, letter, claimed)
        if found is None and claimed.is_corrected:
            return claimed, Receipt(TryOutcome.REFUSED, str(Reason.SOURCE_CORRECTED))
        if found is None:
            claimed = replace(claimed, is_doubtful=False, looks_back=0)
        elif found.outcome is TryOutcome.SENT or not claimed.may_repeat:
            return claimed, found
        else:
            claimed = replace(claimed, is_repeat=True)
            letter = replace(letter, text=f"({POSSIBLE_REPEAT}) {letter.text}")
    if claimed.until - post.clock.now() < post.leases[claimed.channel] * 2 / 3:
        return claimed, Receipt(TryOutcome.RETRY, "too little of the lease was left to send it")
    return claimed, _send(channel, letter, claimed)


def _channel(post: Post, claimed: Claimed) -> Channel:
    outbox = post.outboxes[claimed.channel]
    return outbox if claimed.outbox_only else post.channels.get(claimed.channel, outbox)


def _letter(claimed: Claimed, address: str) -> Letter:
    return Letter(
        effect_id=effect_id(claimed.key),
        channel=claimed.channel,
        address=address,
        text=claimed.text,
        subject=claimed.subject,
        sender_name=claimed.sender_name,
        reply_to=claimed.reply_to,
        account=claimed.account or "",
        template=claimed.template or NOTICE,
        day=claimed.day,
        thread=claimed.thread,
    )


def effect_id(key: str) -> str:
    """The name under which every try of a delivery leaves; it tells a receiver nothing."""
    return blake2b(key.encode(), digest_size=12).hexdigest()


def _find(channel: Channel, letter: Letter, claimed: Claimed) -> Receipt | None:
    try:
        return channel.find(letter, claimed.first_claimed_at)
    except Exception as error:
        _log.exception("Looking for delivery %s failed.", claimed.id)
        return Receipt(TryOutcome.UNKNOWN, f"the look for it failed: {type(error).__name__}")


def _send(channel: Channel, letter: Letter, claimed: Claimed) -> Receipt:
    try:
        return channel.send(letter)
    except Exception as error:
        _log.exception("Sending delivery %s failed.", claimed.id)
        return Receipt(TryOutcome.UNKNOWN, f"sending it failed: {type(error).__name__}")
