"""The audit log: who did what to what readers see, and who signed in. Written once, never changed."""

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import password_changed, password_reset
from allauth.mfa import signals as mfa_signals
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext_lazy as _

from .languages import for_the_record

LONGEST = 400  # a public note, with what it belongs to


class AuditQuerySet(models.QuerySet):
    """Events are written once."""

    def update(self, **kwargs):
        raise PermissionDenied(_("The audit log cannot be changed."))

    def delete(self):
        raise PermissionDenied(_("The audit log cannot be changed."))


class AuditEvent(models.Model):
    """One deed. `was` and `became` say what it changed, in a few words."""

    class Action(models.TextChoices):
        PUBLISH = "publish", _("published")
        UNPUBLISH = "unpublish", _("unpublished")
        RESTORE = "restore", _("restored")
        SIGN_OFF = "sign-off", _("signed off")
        SHARE = "share", _("shared a draft")
        REVOKE = "revoke", _("revoked a share link")
        RESTRICT = "restrict", _("restricted a draft")
        LIFT = "lift", _("lifted a restriction")
        TRASH = "trash", _("put in the trash")
        BRING_BACK = "bring-back", _("brought back")
        PURGE = "purge", _("purged")
        RELEASE = "release", _("published a release")
        NOTE = "note", _("corrected a note")
        CHECK = "check", _("checked")
        IMPORT = "import", _("imported an export")
        REPORT = "report", _("decided on a report")
        RIGHTS = "rights", _("changed rights")
        MERGE_TOPICS = "merge-topics", _("merged topics")
        SPLIT_TOPIC = "split-topic", _("split a topic")
        UNDO_TOPICS = "undo-topics", _("undid a merge or split of topics")
        SIGN_IN = "sign-in", _("signed in")
        SIGN_IN_FAILED = "sign-in-failed", _("failed to sign in")
        SECOND_FACTOR = "second-factor", _("changed their second factor")
        SECOND_FACTOR_FAILED = "second-factor-failed", _("failed at the second factor")
        SIGN_OUT = "sign-out-elsewhere", _("signed out everywhere else")
        SINGLE_SIGN_ON = "single-sign-on", _("changed their single sign-on")
        PASSWORD = "password", _("changed their password")  # noqa: S105 - the word, not one

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    action = models.CharField(_("what"), max_length=20, choices=Action)
    entry = models.ForeignKey(
        "publishing.Entry", verbose_name=_("entry"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    was = models.CharField(_("from"), max_length=LONGEST, blank=True)
    became = models.CharField(_("to"), max_length=LONGEST, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("audit event")
        verbose_name_plural = _("audit log")

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.who or ''} {self.get_action_display()}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise PermissionDenied(_("The audit log cannot be changed."))
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise PermissionDenied(_("The audit log cannot be changed."))


def record(action, who=None, entry=None, was="", became=""):
    """Add an event to the log, in the caller's transaction. entry: an Entry or a row of its kind."""
    return AuditEvent.objects.create(
        action=action,
        who=who,
        entry_id=entry.pk if entry else None,
        was=for_the_record(was)[:LONGEST],
        became=for_the_record(became)[:LONGEST],
    )


# --- Signing in --------------------------------------------------------------------------------------------------------------

WAYS = {
    "password": _("password"),
    "totp": _("authenticator app"),
    "recovery_codes": _("recovery code"),
    "webauthn": _("passkey"),
    "socialaccount": _("single sign-on"),
    "sso-mfa": _("second factor of the single sign-on"),
}


def record_failed_sign_in(name):
    """name: as it was typed. The password is never kept."""
    record(AuditEvent.Action.SIGN_IN_FAILED, became=str(name).replace("\x00", ""))


def _signed_in(sender, request, user, **_kwargs):
    steps = get_authentication_records(request, user)
    ways = [str(WAYS.get(step.get("type", step["method"]), step["method"])) for step in steps]
    record(AuditEvent.Action.SIGN_IN, user, became=", ".join(dict.fromkeys(ways)))


def _sign_in_failed(sender, credentials, **_kwargs):
    record_failed_sign_in(credentials.get("username", ""))


def _second_factor_added(sender, user, authenticator, **_kwargs):
    record(AuditEvent.Action.SECOND_FACTOR, user, became=WAYS[authenticator.type])


def _second_factor_removed(sender, user, authenticator, **_kwargs):
    record(AuditEvent.Action.SECOND_FACTOR, user, was=WAYS[authenticator.type])


def _second_factor_failed(sender, user, authenticator, **_kwargs):
    record(AuditEvent.Action.SECOND_FACTOR_FAILED, user, became=WAYS[authenticator.type])


def _password_changed(sender, user, **_kwargs):
    record(AuditEvent.Action.PASSWORD, user)


def connect():
    """Listen for sign-ins. Called once, when the app starts."""
    for signal, receiver in (
        (user_logged_in, _signed_in),
        (user_login_failed, _sign_in_failed),
        (mfa_signals.authenticator_added, _second_factor_added),
        (mfa_signals.authenticator_reset, _second_factor_added),
        (mfa_signals.authenticator_removed, _second_factor_removed),
        (mfa_signals.authentication_failed, _second_factor_failed),
        (password_changed, _password_changed),
        (password_reset, _password_changed),
    ):
        signal.connect(receiver, dispatch_uid=f"audit{receiver.__name__}-{id(signal)}")
