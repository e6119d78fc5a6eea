"""An editor's browser, as far as it is needed: a session's cookies, forms as a page shows them, and what is posted of them."""

import http.client
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

UNREACHABLE = (ConnectionError, http.client.HTTPException, TimeoutError)
SECONDS = 60


class Form(HTMLParser):
    """The fields of the one form of a page that is posted: {name: [values]}."""

    def __init__(self, page, mark):
        super().__init__()
        self.mark, self.fields, self.inside, self.area, self.select = mark, {}, False, "", ""
        self.feed(page)

    def add(self, name, value):
        if name and "__prefix__" not in name:
            self.fields.setdefault(name, []).append(value)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.inside = all(given.get(name) == value for name, value in self.mark.items())
        if not self.inside:
            return
        name, kind = given.get("name", ""), given.get("type", "text")
        if (
            tag == "input"
            and kind not in ("submit", "button", "file")
            and (kind not in ("checkbox", "radio") or "checked" in given)
        ):
            self.add(name, given.get("value", "on" if kind == "checkbox" else ""))
        elif tag == "textarea":
            self.area, self.text = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in given:
            self.add(self.select, given.get("value", ""))

    def handle_data(self, data):
        if self.area:
            self.text += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self.area:
            self.add(self.area, self.text.removeprefix("\n"))
            self.area = ""
        elif tag == "form":
            self.inside = False


class Answer:
    def __init__(self, response):
        self.status, self.location = response.status, response.getheader("Location", "")
        self.text = response.read().decode()
        self.cookies = response.headers.get_all("Set-Cookie", [])

    def form(self, **mark):
        """The fields of the form with these attributes, by default of the desk's own."""
        return Form(self.text, mark or {"method": "post"}).fields


class Browser:
    """cookies: {name: value}. Each request takes a connection of its own, so that none is left half used by a server that was killed."""

    def __init__(self, port, cookies):
        self.port, self.cookies = port, dict(cookies)

    def get(self, address):
        return self._ask("GET", address)

    def post(self, address, fields):
        return self._ask("POST", address, urlencode(fields, doseq=True))

    def _ask(self, method, address, body=None):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        parts = urlsplit(address)
        place = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request(method, place, body, headers)
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        for line in answer.cookies:
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return answer
