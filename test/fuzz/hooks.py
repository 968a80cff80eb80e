"""What Schemathesis cannot read from openapi.yaml: who is logged in, and which ids and bodies exist."""

import json
import os
import pathlib
import random
import re
import time
import uuid
from collections import defaultdict
from email import message_from_bytes
from urllib.parse import urlencode

import requests
import schemathesis
from schemathesis import GenerationMode

URL = os.environ["PARLEY_URL"]
EXCHANGE = json.loads(os.environ["PARLEY_EXCHANGE"])
"""The file for the statuses of each operation."""
REACHED = os.environ["PARLEY_REACHED"]
MAIL = pathlib.Path(os.environ["PARLEY_MAIL"])
PASSWORD = "the weaving of algebraical patterns"
NEW_PASSWORD = "a cloud of dandelions"

"""These end a session or an account, so each of their requests has one of its own."""
ENDING = {
    "POST /users/logout",
    "DELETE /users/me",
    "POST /users/me/password",
    "DELETE /users/me/sessions",
    "DELETE /users/me/sessions/{session_id}",
}


"""Only staff may do these."""
STAFF_ONLY = {
    "PUT /users/{user_id}/suspension",
    "DELETE /users/{user_id}/suspension",
    "GET /users/{user_id}/audit",
    "GET /reports",
    "POST /reports/{report_id}/resolve",
}


class Account:
    """A new user who is logged in."""

    def __init__(self):
        name = f"fuzz-{uuid.uuid4()}"
        self.email, self.password = f"{name}@example.com", PASSWORD
        names = {"username": name, "first_name": "Ada", "last_name": "Lovelace"}
        passwords = {"password": PASSWORD, "password2": PASSWORD}
        self.id = post("/users/register", {"email": self.email, **names, **passwords})["id"]
        self.log_in()

    def log_in(self):
        tokens = post("/users/token", {"email": self.email, "password": self.password})
        self.access, self.refresh = tokens["access"], tokens["refresh"]
        self.since = time.monotonic()

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.access}"}

    def session(self):
        sessions = requests.get(f"{URL}/users/me/sessions", headers=self.headers, timeout=20).json()
        return next(session["id"] for session in sessions["results"] if session["current"])


def post(path, body, headers=None):
    answer = requests.post(URL + path, json=body, headers=headers, timeout=20)
    answer.raise_for_status()
    return answer.json() if answer.content else None


class Staff(Account):
    """The member of the staff whom the caller of this file has made."""

    def __init__(self):
        staff = json.loads(os.environ["PARLEY_STAFF"])
        self.email, self.password = staff["email"], staff["password"]
        self.log_in()


class Scene:
    """Ada asks. She has talked with Charles."""

    def __init__(self):
        self.ada, self.charles = Account(), Account()
        self.conversation = ".".join(sorted([self.ada.id, self.charles.id]))
        for text in ("one", "two", "three"):
            self.say(text)

    def say(self, text):
        # A request before this one may have blocked him.
        requests.delete(f"{URL}/users/{self.charles.id}/block", headers=self.ada.headers, timeout=20)
        path = f"/conversations/{self.conversation}/messages"
        return post(path, {"text": text}, {**self.ada.headers, "Idempotency-Key": str(uuid.uuid4())})


def token_for(address):
    """The token of the link in the newest mail to an address. A mail is sent after the answer."""
    for _ in range(100):
        for path in sorted(MAIL.glob("*.eml"), reverse=True):
            mail = message_from_bytes(path.read_bytes())
            if mail["To"] == address:
                text = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
                return re.search(r"/#/\w+/(\S+)", text.get_payload(decode=True).decode())[1]
        time.sleep(0.05)
    raise LookupError(f"no mail to {address}")


def link(ask):
    """Of a new account, by a function that asks for it."""
    account = Account()
    ask(account)
    return token_for(account.email)


def reset_link():
    return link(lambda account: post("/users/password/reset", {"email": account.email}))


def verification_link():
    return link(lambda account: post("/users/me/email/verification", None, account.headers))


scene = Scene()
staff = Staff()
"""By the id of a case. Whoever asks must be known when its body is made."""
askers = {}


def asker_of(case):
    if case.operation.label in STAFF_ONLY:
        return staff
    if case.operation.label not in ENDING:
        return scene.ada
    if case.id not in askers:
        askers[case.id] = Account()
    return askers[case.id]


@schemathesis.auth(refresh_interval=None)
class AccessToken:
    def get(self, case, context):
        asker = asker_of(case)
        # The time that an access token is valid is 30 minutes.
        if time.monotonic() - asker.since > 1200:
            asker.log_in()
        return asker.access

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


def new_account():
    name = f"fuzz-{uuid.uuid4()}"
    names = {"username": name, "first_name": "Ada", "last_name": "Lovelace"}
    return {"email": f"{name}@example.com", **names, "password": PASSWORD, "password2": PASSWORD}


GROUP_CHANGE = {
    "title": "Other engines",
    "description": "Of all kinds.\nBring your own oil.",
    "picture": "https://example.com/engine.png",
    "who": {"write": "moderator"},
}

"""Bodies that succeed, where a generated one can hardly."""
BODIES = {
    "POST /users/register": lambda _: new_account(),
    "POST /users/token": lambda _: {"email": scene.charles.email, "password": PASSWORD},
    "POST /users/token/refresh": lambda _: {"refresh": Account().refresh},
    "POST /users/token/exchange": lambda _: EXCHANGE,
    "POST /users/logout": lambda asker: {"refresh_token": asker.refresh},
    "DELETE /users/me": lambda _: {"password": PASSWORD},
    "POST /users/password/reset": lambda _: {"email": scene.charles.email},
    "POST /users/password/reset/confirm": lambda _: {"token": reset_link(), "password": NEW_PASSWORD},
    "POST /users/email/verification": lambda _: {"token": verification_link()},
    "POST /reports": lambda _: {"user": scene.charles.id, "reason": "spam"},
    "POST /users/me/password": lambda _: {"password": PASSWORD, "new_password": NEW_PASSWORD},
    "PATCH /conversations/{conversation}/messages/{seq}": lambda _: {"text": "four", "version": 1},
    "POST /conversations": lambda _: {"kind": "group", "title": "Engines", "members": [scene.charles.id]},
    "PATCH /conversations/{conversation}": lambda _: GROUP_CHANGE,
    "PATCH /conversations/{conversation}/settings": lambda _: {"muted_until": "2999-01-01T00:00:00Z", "pinned": True},
    "PUT /conversations/{conversation}/members/{user_id}": lambda _: {"role": "reader"},
    "POST /conversations/{conversation}/invitations": lambda _: {"expires_in": 300, "max_uses": 1},
    "POST /invitations/preview": lambda _: {"token": invitation()},
    "POST /invitations/join": lambda _: {"token": invitation()},
}

def open_report():
    """Of somebody else each time: a user's second report of the same thing is the first one."""
    return post("/reports", {"user": scene.charles.id, "reason": "spam"}, Account().headers)["id"]


"""Only groups have these."""
OF_GROUPS = {
    "PATCH /conversations/{conversation}",
    "DELETE /conversations/{conversation}",
    "PUT /conversations/{conversation}/members/{user_id}",
    "DELETE /conversations/{conversation}/members/{user_id}",
    "GET /conversations/{conversation}/invitations",
    "POST /conversations/{conversation}/invitations",
    "DELETE /conversations/{conversation}/invitations/{invitation}",
}


def group():
    """Of Ada and Charles. A request before this one may have blocked him."""
    requests.delete(f"{URL}/users/{scene.charles.id}/block", headers=scene.ada.headers, timeout=20)
    body = {"kind": "group", "title": "Engines", "members": [scene.charles.id]}
    until = time.monotonic() + 30
    while True:
        answer = requests.post(f"{URL}/conversations", json=body, headers=scene.ada.headers, timeout=20)
        if answer.status_code != 409 or time.monotonic() > until:
            answer.raise_for_status()
            return answer.json()["id"]
        # Nobody can be in more than a hundred groups. Those that are deleted are left a second later.
        delete_groups()
        time.sleep(0.5)


def delete_groups():
    """Of both, for both have rights in some of them."""
    for user in (scene.ada, scene.charles):
        # The access token of somebody who has asked nothing for a while has expired.
        access = post("/users/token", {"email": user.email, "password": user.password})["access"]
        headers = {"Authorization": f"Bearer {access}"}
        page = requests.get(f"{URL}/conversations?limit=100", headers=headers, timeout=20)
        page.raise_for_status()
        for one in page.json()["results"]:
            if one["kind"] == "group":
                path = f"{URL}/conversations/{one['id']}"
                requests.delete(path, headers=headers, timeout=20)
                requests.delete(f"{path}/members/{user.id}", headers=headers, timeout=20)


def invitation():
    """To a group of somebody else, so that Ada can join it."""
    other = Account()
    group = post("/conversations", {"kind": "group", "title": "Engines", "members": []}, other.headers)["id"]
    return post(f"/conversations/{group}/invitations", {}, other.headers)["token"]


PATH_PARAMETERS = {
    # Charles must not be suspended.
    "user_id": lambda asker: Account().id if asker is staff else scene.charles.id,
    "conversation": lambda _: scene.conversation,
    # A message of her own, in that conversation, which nobody has changed yet.
    "seq": lambda _: str(scene.say("more")["seq"]),
    "emoji": lambda _: "\N{THUMBS UP SIGN}",
    "session_id": lambda asker: asker.session(),
    "report_id": lambda _: open_report(),
    "asset": lambda _: "swagger-ui.css",
}


def is_positive(case):
    return case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE


def spare_the_scene(case):
    """Schemathesis reads ids from answers, such as those of a group's members. Ada and Charles must not be suspended."""
    if case.path_parameters.get("user_id") in {scene.ada.id, scene.charles.id}:
        case.path_parameters["user_id"] = Account().id


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Half of the valid requests name what exists."""
    label = case.operation.label
    if label == "PUT /users/{user_id}/suspension":
        spare_the_scene(case)
    if not is_positive(case) or random.random() < 0.5:
        return
    asker = asker_of(case)
    for name in case.path_parameters or {}:
        if name == "conversation" and label in OF_GROUPS:
            case.path_parameters[name] = group()
        elif name in PATH_PARAMETERS:
            case.path_parameters[name] = PATH_PARAMETERS[name](asker)
    if label in BODIES:
        case.body = BODIES[label](asker)
        case.media_type = "application/json"


@schemathesis.hook
def filter_query(context, query):
    """CloudFront itself refuses an address of more than 8,192 characters, with a 414 of its own."""
    return not query or len(urlencode(query, doseq=True, errors="replace")) < 7000


reached = defaultdict(lambda: defaultdict(int))


@schemathesis.hook
def after_call(context, case, response):
    askers.pop(case.id, None)
    if case.method == case.operation.method.upper():
        reached[case.operation.label][response.status_code] += 1
        with open(REACHED, "w", encoding="utf-8") as file:
            json.dump(reached, file)
