"""Who may do what: one row for each operation, written by hand from docs/api.md.

A row says who may (below), which scope an API key needs for it, and the status of the answer to those who
may. `!` marks what uses up what it is asked of: it gets a team, a quest and a route of its own.

    open          everyone; a token is not looked at
    way-in        everyone, to sign in; a wrong token keeps nobody out
    anyone        everyone whose token, if there is one, is good
    person        somebody who is signed in
    session       somebody who is signed in, but not by an API key
    link          whoever shows a private link
    operator      an API key that whoever runs the service has let operate it
    owner         the person whose own it is; for others it is not there
    own-session   the same, but not by an API key
    team          everyone where the team is public, else its members; for others it is not there
    people        the team's members; others may not where it is public, else it is not there
    admin         the team's admins; its members may not, and others as with `people`
    shown-team    everyone where the team is public; who asks does not count
    open-team     the same, and a token is not looked at
    shown-route   everyone where the route is public; who asks does not count
    route         everyone where the route is public, else its owner and members of teams that walk it
    route-owner   the route's owner; who may see it may not, for others it is not there

Whoever has no token where one is needed gets 401, and so does whoever has one that is not good, except
where it is not looked at. A key without the scope gets 403 before anything else is looked at.
"""

TABLE = """
POST   /v1/auth/register                        way-in       -       202
POST   /v1/auth/verify                          way-in       -       422
POST   /v1/auth/verify/resend                   way-in       -       202
POST   /v1/auth/login                           way-in       -       401
POST   /v1/auth/refresh                         way-in       -       401
POST   /v1/auth/logout                          way-in       -       204
POST   /v1/auth/reset-request                   way-in       -       202
POST   /v1/auth/reset                           way-in       -       422
POST   /v1/auth/browser/login                   way-in       -       401
POST   /v1/auth/browser/verify                  way-in       -       422
POST   /v1/auth/browser/refresh                 way-in       -       401
POST   /v1/auth/browser/redeem                  way-in       -       404
POST   /v1/auth/browser/logout                  way-in       -       204
GET    /v1/auth/oidc                            way-in       -       200
GET    /v1/auth/oidc/{issuer}/start             way-in       -       404
GET    /v1/auth/oidc/{issuer}/callback          way-in       -       404
POST   /v1/auth/oidc/redeem                     way-in       -       404
POST   /v1/auth/logout-everywhere               session      -       204   !
GET    /v1/auth/sessions                        session      -       200
DELETE /v1/auth/sessions/{sessionId}            own-session  -       204   !
POST   /v1/auth/password                        session      -       401
POST   /v1/auth/email                           session      -       401
POST   /v1/auth/email/confirm                   session      -       422
POST   /v1/auth/proof                           session      -       202
GET    /v1/me                                   person       read    200
PATCH  /v1/me                                   person       manage  200
GET    /v1/me/stats                             person       read    200
GET    /v1/me/export                            session      -       200
POST   /v1/me/erase                             session      -       401
GET    /v1/me/identities                        session      -       200
POST   /v1/me/identities                        session      -       422
DELETE /v1/me/identities/{identityId}           session      -       404
GET    /v1/dashboard                            person       read    200
POST   /v1/keys                                 session      -       201
GET    /v1/keys                                 session      -       200
DELETE /v1/keys/{keyId}                         own-session  -       204   !
POST   /v1/teams                                person       manage  201
GET    /v1/teams                                person       read    200
GET    /v1/teams/{teamId}                       team         read    200
PATCH  /v1/teams/{teamId}                       admin        manage  200
DELETE /v1/teams/{teamId}                       admin        manage  204   !
GET    /v1/teams/{teamId}/members               people       read    200
PATCH  /v1/teams/{teamId}/members/{personId}    admin        manage  200
DELETE /v1/teams/{teamId}/members/{personId}    admin        manage  204   !
GET    /v1/teams/{teamId}/trail                 admin        read    200
POST   /v1/teams/{teamId}/invites               admin        manage  201
GET    /v1/teams/{teamId}/invites               people       read    200
DELETE /v1/teams/{teamId}/invites/{inviteId}    admin        manage  204   !
GET    /v1/invites/{code}                       anyone       read    200
POST   /v1/invites/{code}:redeem                person       manage  404
POST   /v1/teams/{teamId}/quests                admin        manage  201   !
GET    /v1/teams/{teamId}/quests                team         read    200
GET    /v1/teams/{teamId}/events                team         read    200
GET    /v1/teams/{teamId}/events/page           team         read    200
POST   /v1/activities                           person       log     201
GET    /v1/activities                           person       read    200
POST   /v1/activities/batch                     person       log     200
POST   /v1/activities/import                    person       log     200
GET    /v1/activities/{activityId}              owner        read    200
PATCH  /v1/activities/{activityId}              owner        log     200
DELETE /v1/activities/{activityId}              owner        log     200   !
GET    /v1/activities/{activityId}/versions     owner        read    200
POST   /v1/routes                               person       manage  201
GET    /v1/routes                               anyone       read    200
POST   /v1/routes:validate                      person       read    200
POST   /v1/routes:repair                        person       read    200
POST   /v1/routes:edit                          person       manage  200
POST   /v1/routes:plan                          person       read    200
GET    /v1/routes/{routeId}                     route        read    200
PATCH  /v1/routes/{routeId}                     route-owner  manage  200
DELETE /v1/routes/{routeId}                     route-owner  manage  204   !
POST   /v1/routes/{routeId}/versions            route-owner  manage  201   !
GET    /v1/routes/{routeId}/versions            route        read    200
GET    /v1/routes/{routeId}/positions           route        read    200
POST   /v1/routes/{routeId}/positions           route        read    200
GET    /v1/routes/{routeId}/nearest             route        read    200
GET    /v1/routes/{routeId}/profile             route        read    200
GET    /v1/routes/{routeId}/map                 route        read    200
GET    /v1/routes/{routeId}/file                route        read    200
GET    /v1/quests                               anyone       read    200
GET    /v1/quests/{questId}                     team         read    200
PATCH  /v1/quests/{questId}                     admin        manage  200
POST   /v1/quests/{questId}/cancel              admin        manage  200   !
POST   /v1/quests/{questId}/links               admin        manage  201
GET    /v1/quests/{questId}/links               admin        read    200
DELETE /v1/quests/{questId}/links/{linkId}      admin        manage  204   !
GET    /v1/link                                 link         -       200
GET    /v1/quests/{questId}/progress            team         read    200
GET    /v1/quests/{questId}/milestones          team         read    200
GET    /v1/quests/{questId}/map                 team         read    200
GET    /v1/quests/{questId}/profile             team         read    200
GET    /v1/quests/{questId}/card.png            team         read    200
GET    /v1/quests/{questId}/certificate.pdf     team         read    200
GET    /v1/quests/{questId}/history             team         read    200
GET    /v1/quests/{questId}/leaderboard         team         read    200
GET    /v1/quests/{questId}/feed                team         read    200
GET    /v1/quests/{questId}/events              team         read    200
GET    /v1/quests/{questId}/events/page         team         read    200
GET    /v1/places                               anyone       read    200
GET    /v1/maps                                 open         -       200
GET    /v1/stats                                operator     -       200
POST   /v1/stats/timings                        open         -       204
GET    /v1/mail/unsubscribe                     open         -       404
POST   /v1/mail/unsubscribe                     open         -       404
GET    /v1/realtime                             open         -       200
POST   /v1/realtime/auth                        person       read    404
POST   /v1/realtime/webhooks                    anyone       read    404
GET    /ogc                                     anyone       read    200
GET    /ogc/conformance                         anyone       read    200
GET    /ogc/api                                 open         -       200
GET    /ogc/collections                         anyone       read    200
GET    /ogc/collections/routes                  anyone       read    200
GET    /ogc/collections/routes/items            anyone       read    200
GET    /ogc/collections/routes/items/{featureId}     shown-route  read  200
GET    /ogc/collections/waypoints               anyone       read    200
GET    /ogc/collections/waypoints/items         anyone       read    200
GET    /ogc/collections/waypoints/items/{featureId}  shown-route  read  200
GET    /ogc/collections/markers                 anyone       read    200
GET    /ogc/collections/markers/items           anyone       read    200
GET    /ogc/collections/markers/items/{featureId}    shown-team   read  200
GET    /healthz                                 open         -       200
GET    /readyz                                  open         -       200
GET    /openapi.json                            open         -       200
GET    /docs                                    open         -       200
GET    /metrics                                 open         -       200
"""

# What the description leaves out: pages for people. They look at nobody's token, except that of a quest.
PAGES = """
GET    /                                        open         -       200
GET    /view                                    open         -       200
GET    /sign-in                                 open         -       200
GET    /sign-up                                 open         -       200
GET    /reset                                   open         -       200
GET    /walks                                   open         -       200
GET    /designer                                open         -       200
GET    /teams                                   open         -       200
GET    /teams/{teamId}                          open         -       200
GET    /invites/{code}                          open         -       200
GET    /me                                      open         -       200
GET    /operator                                open         -       200
GET    /embed/quests/{questId}                  open-team    -       200
GET    /quests/{questId}                        shown-team   read    200
GET    /service-worker.js                       open         -       200
"""


class Rule:
    def __init__(self, line):
        method, path, self.who, self.scope, status, *marks = line.split()
        self.method, self.path, self.name = method, path, f"{method} {path}"
        self.status, self.uses_up = int(status), "!" in marks

    @property
    def subject(self):
        """Whether it is about a team, its quest or a route."""
        return self.who in ("team", "people", "admin", "shown-team", "shown-route", "open-team",
                            "route", "route-owner")

    @property
    def asks_store(self):
        """Whether it gives others access, reveals all or cannot be taken back: refused by the code
        `session-ended` wherever the session has ended."""
        return self.who in ("session", "own-session") or self.scope == "manage" and self.name not in (
            "PATCH /v1/me", "POST /v1/routes:edit")

    def expected(self, caller, team_is_public=True, route_is_public=True):
        """Status of the answer, and its code, or several of which one; None where it does not count."""
        allowed, hidden = (self.status, None), (404, "not-found")
        forbidden = (403, "forbidden")
        if self.who in ("open", "way-in"):
            return allowed
        if self.who == "open-team":
            return allowed if team_is_public else (404, None)
        if caller.fault:
            if caller.fault == "session-ended" and not self.asks_store:
                return 401, ("session-ended", "invalid-token")
            return 401, caller.fault
        if caller.token is None and self.who not in (
                "anyone", "team", "route", "shown-team", "shown-route"):
            return 401, "unauthenticated"
        if self.who in ("link", "operator"):
            return forbidden
        if caller.is_key and (self.who in ("session", "own-session") or not caller.has_scope):
            return forbidden
        if self.who in ("owner", "own-session"):
            return allowed if caller.role == "admin" else hidden
        is_member = caller.role in ("admin", "member")
        if self.who in ("team", "people", "admin", "shown-team"):
            if self.who == "admin" and caller.role == "admin" or self.who == "people" and is_member:
                return allowed
            if self.who in ("team", "shown-team"):
                if team_is_public or is_member and self.who == "team":
                    return allowed
                # Pages are no problems.
                return hidden if self.path.startswith(("/v1", "/ogc")) else (404, None)
            return forbidden if team_is_public or is_member else hidden
        if self.who in ("route", "route-owner", "shown-route"):
            if self.who == "route-owner":
                if caller.role == "admin":
                    return allowed
                return forbidden if route_is_public or is_member else hidden
            if route_is_public or is_member and self.who == "route":
                return allowed
            return hidden
        return allowed


def rules(text):
    """By method and path."""
    found = [Rule(line) for line in text.splitlines() if line.strip()]
    return {rule.name: rule for rule in found}
