"""People and groups on the desk: Django's own pages, with every change of rights in the audit log."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .audit import AuditEvent, record
from .deleting import NamesNoDrafts
from .single_sign_on import links_of

AT_ONCE = 8  # rights that one line of the log has room for
FLAGS = ("is_active", "is_staff", "is_superuser")


def _permissions(holder, related_name):
    rights = getattr(holder, related_name).values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rights}


def rights_of_user(user):
    """{what: set of names} of everything that gives a person rights; empty where there is no such person (yet)."""
    if user is None or user.pk is None:
        return {}
    flags = {type(user)._meta.get_field(name).verbose_name for name in FLAGS if getattr(user, name)}
    return {
        _("status"): {str(flag) for flag in flags},
        _("groups"): set(user.groups.values_list("name", flat=True)),
        _("rights"): _permissions(user, "user_permissions"),
    }


def rights_of_group(group):
    """{what: set of names} of what a group gives its members."""
    if group is None or group.pk is None:
        return {}
    return {_("name"): {group.name}, _("rights"): _permissions(group, "permissions")}


def record_rights(by, whose, before, after):
    """Log what differs: under "from" what was taken, under "to" what was given. before, after: {what: set of names}."""
    for what in dict.fromkeys([*before, *after]):
        taken = sorted(before.get(what, set()) - after.get(what, set()))
        given = sorted(after.get(what, set()) - before.get(what, set()))
        for start in range(0, max(len(taken), len(given)), AT_ONCE):
            was, became = (
                f"{whose}, {what}: {', '.join(names[start : start + AT_ONCE])}" if names[start:] else ""
                for names in (taken, given)
            )
            record(AuditEvent.Action.RIGHTS, by, was=was, became=became)


class RecordsRights:
    """A mixin for the admin of those who hold rights. A subclass says what these are."""

    def rights(self, holder):
        raise NotImplementedError

    def save_model(self, request, obj, form, change):
        # As they are in the database: `obj` has the posted values already.
        self._lock(obj)
        request.rights_before = self.rights(self.model.objects.filter(pk=obj.pk).first())
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        after = self.rights(self.model.objects.get(pk=form.instance.pk))
        record_rights(request.user, form.instance, request.rights_before, after)

    def delete_model(self, request, obj):
        record_rights(request.user, obj, self.rights(obj), {})
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        for holder in queryset:
            record_rights(request.user, holder, self.rights(holder), {})
        super().delete_queryset(request, queryset)

    def _lock(self, holder):
        """Two who change the same person's rights do so in turns, so that each line of the log is true."""
        list(self.model.objects.select_for_update().filter(pk=holder.pk))


def _sign_out_everywhere(person):
    for session in UserSession.objects.filter(user=person):
        session.end()


class UserDesk(NamesNoDrafts, RecordsRights, UserAdmin):
    actions = ["take_second_factor_away", "take_single_sign_on_away"]

    @admin.action(
        description=gettext_lazy("Take the second factor away, and sign out everywhere"), permissions=["change"]
    )
    def take_second_factor_away(self, request, queryset):
        """For somebody who lost the device and the recovery codes. They sign in with the password, and set a new one up."""
        for person in queryset:
            gone = Authenticator.objects.filter(user=person)
            if gone.exists():
                record(AuditEvent.Action.SECOND_FACTOR, request.user, was=_("of %(who)s: all") % {"who": person})
            gone.delete()
            _sign_out_everywhere(person)
        said = ngettext("Taken away from %(n)s person.", "Taken away from %(n)s persons.", len(queryset))
        messages.success(request, said % {"n": len(queryset)})

    @admin.action(
        description=gettext_lazy("Take the tie to the single sign-on away, and sign out everywhere"),
        permissions=["change"],
    )
    def take_single_sign_on_away(self, request, queryset):
        """For an account that is tied to the wrong person there. The next one to come with its verified address is tied to it."""
        for person in queryset:
            if links_of(person).delete()[0]:
                said = _("of %(who)s") % {"who": person}
                record(AuditEvent.Action.SINGLE_SIGN_ON, request.user, was=said)
            _sign_out_everywhere(person)
        said = ngettext("Taken away from %(n)s person.", "Taken away from %(n)s persons.", len(queryset))
        messages.success(request, said % {"n": len(queryset)})

    def rights(self, holder):
        return rights_of_user(holder)


class GroupDesk(RecordsRights, GroupAdmin):
    def rights(self, holder):
        return rights_of_group(holder)
