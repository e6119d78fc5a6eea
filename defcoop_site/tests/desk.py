"""How a test fills in the desk's forms: by reading the form that the page shows."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse


def make_editor(name="editor", *, rights=(), everything=False):
    """A staff user. rights: names of permissions, as "articles.change_article"; everything: a superuser."""
    user = get_user_model().objects.create_user(
        name, password="a long password 73", is_staff=True, is_superuser=everything
    )
    for right in rights:
        app, codename = right.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user


def desk_address(row_or_model, name, *arguments):
    options = row_or_model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{name}", args=arguments)


def change_address(row):
    return desk_address(row, "change", row.pk)


def form_data(response):
    """What a browser would post if the editor changed nothing: {name: text or list}."""
    data = {}
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if value is None or value is False:
                continue
            if isinstance(value, list | tuple):
                data[field.html_name] = [str(getattr(item, "pk", item)) for item in value]
            else:
                data[field.html_name] = "on" if value is True else str(value)
    return data


def add_row(data, prefix, **values):
    """Add a row to an inline, as the "Add another" link does."""
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    data[f"{prefix}-TOTAL_FORMS"] = str(number + 1)
    data.update({f"{prefix}-{number}-{name}": value for name, value in values.items()})
    return number


def answers(response, answer):
    """What a browser would post if the editor chose the same ("mine" or "theirs") for each question of a conflict."""
    return {question.name: answer for question in response.context["questions"]["asked"]}


def typed_form(response):
    """The fields of a form as its script reports them: [[name, value], …], and who opened it when."""
    pairs = [
        [name, value]
        for name, values in form_data(response).items()
        for value in (values if isinstance(values, list) else [values])
    ]
    return pairs, {name: response.context["buffer"][name] for name in ("writing", "opened_by")}
