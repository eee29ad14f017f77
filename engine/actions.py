"""A step that was taken and what templates may say in; a rendered action or task out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.domain import Action, Contact, PlannedTask
from engine.language.playbooks import EmailStep, SlackStep, TaskStep
from engine.playbooks import Taken
from engine.templating import MissingValue, TemplateFailed, plain, render

SUBJECT = "Subject:"
NO_CONSENT = "no_consent"


@dataclass(frozen=True, slots=True)
class Desk:
    """What it takes to write a message about one account: templates, values, people, the moment.

    `day` is the account's. `sender_name` and `reply_to` are the owner's, in whose name mails go out. `asks` says
    whether what goes to a customer waits for a person's approval.
    """

    templates: Mapping[tuple[str, str], str]
    values: Mapping[str, object]
    contacts: Sequence[Contact]
    contact_values: Mapping[str, Mapping[str, object]]
    """By email address: what templates may say of a contact."""
    sender_name: str | None
    reply_to: str | None
    at: datetime
    day: int


def recipient(contacts: Sequence[Contact], role: str, *, marketing: bool) -> tuple[Contact | None, str | None]:
    """The first by email address who has the role (and, for marketing, consent), or why there is nobody."""
    in_role = sorted((contact for contact in contacts if contact.role == role), key=lambda contact: contact.email)
    if not in_role:
        return None, f"no contact is {role}"
    agreed = [contact for contact in in_role if contact.consent is True or not marketing]
    return (agreed[0], None) if agreed else (None, NO_CONSENT)


def act(taken: Taken, desk: Desk) -> Action | PlannedTask:
    """The step, rendered. What can't be rendered becomes an action that is refused, with the reason."""
    match taken.step:
        case SlackStep() as step:
            return _slack(_blank(taken, desk, "slack", step.slack), step, desk)
        case TaskStep() as step:
            return _task(taken, step, desk)
        case EmailStep() as step:
            return _email(_blank(taken, desk, "email", step.email), taken, step, desk)


def _blank(taken: Taken, desk: Desk, channel: str, template: str) -> Action:
    """An action without its text. Its key is its run, step and pass; playbooks have no way back: one pass."""
    run = taken.run
    return Action(
        key=f"{run.id}/{taken.step.step}/1",
        account=run.account,
        run=run.id,
        playbook=run.playbook,
        step=taken.step.step,
        channel=channel,
        template=template,
        to=None,
        text="",
        at=desk.at,
        day=desk.day,
    )


def _filled(desk: Desk, kind: str, name: str, values: Mapping[str, object], *, needed: bool = False) -> str:
    known = {key: plain(value, key, needed=needed, for_slack=kind == "slack") for key, value in values.items()}
    return render(f"{kind}/{name}", desk.templates[kind, name], known)


def _slack(blank: Action, step: SlackStep, desk: Desk) -> Action:
    try:
        return replace(blank, to=step.to, text=_filled(desk, "slack", step.slack, desk.values))
    except TemplateFailed as error:
        return replace(blank, to=step.to, refused=str(error))


def _task(taken: Taken, step: TaskStep, desk: Desk) -> PlannedTask:
    """A task is always made: one whose template fails says so, for the work is there all the same."""
    try:
        text = _filled(desk, "task", step.task, desk.values)
    except TemplateFailed as error:
        text = f"{step.step.replace('-', ' ').capitalize()}: {taken.run.account}\n{error}"
    title, _, body = text.partition("\n")
    run = taken.run
    assign = step.assign
    return PlannedTask(
        key=f"{run.id}/{step.step}/1",
        account=run.account,
        run=run.id,
        playbook=run.playbook,
        step=step.step,
        template=step.task,
        title=title.strip(),
        body=body.strip("\n"),
        assign=assign if isinstance(assign, str) else assign.pool,
        due=taken.due,
        cancel_with_run=step.cancel_with_run,
        at=desk.at,
        day=desk.day,
    )


def _email(blank: Action, taken: Taken, step: EmailStep, desk: Desk) -> Action:
    """To a contact who may be written to; with a value missing it is not sent, so nobody reads `Hi unknown`."""
    marketing = step.class_ == "marketing"
    blank = replace(
        blank,
        marketing=marketing,
        sender_name=desk.sender_name,
        reply_to=desk.reply_to,
        needs_approval=taken.playbook.approve == "ask",
    )
    contact, refused = recipient(desk.contacts, step.to, marketing=marketing)
    if contact is None:
        return replace(blank, refused=refused)
    try:
        values = {**desk.values, "contact": desk.contact_values[contact.email]}
        text = _filled(desk, "email", step.email, values, needed=True)
    except (MissingValue, TemplateFailed) as error:
        return replace(blank, to=contact.email, refused=str(error))
    subject, _, body = text.partition("\n")
    return replace(blank, to=contact.email, subject=subject.removeprefix(SUBJECT).strip(), text=body.strip("\n"))
