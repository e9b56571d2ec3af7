"""Times."""

from ..variant import ANSWERS, LEFT_IS_OUT, STAYS_BY_REPORTS, TELLS_THE_PAGE, Person, Variant

EXPIRE = "SESSION_SECURITY_EXPIRE_AFTER"
WARN = "SESSION_SECURITY_WARN_AFTER"


class Defaults(Variant):
    """no setting at all"""


class AnHour(Variant):
    """both times, an hour"""

    settings = {WARN: 3300, EXPIRE: 3600}


class TenSeconds(Variant):
    """both times, ten seconds, as for trying it out"""

    settings = {WARN: 5, EXPIRE: 10}
    says = ["W001"]


class Fractions(Variant):
    """times that are fractions"""

    settings = {WARN: 0.9 * 450.5, EXPIRE: 450.5}


class EndAlone(Variant):
    """`EXPIRE_AFTER` alone, shorter than the default of `WARN_AFTER`"""

    settings = {EXPIRE: 300}


class WarningAlone(Variant):
    """`WARN_AFTER` alone"""

    settings = {WARN: 60}


class NoWarning(Variant):
    """`WARN_AFTER` as long as `EXPIRE_AFTER`, so that nobody is warned"""

    settings = {WARN: 600, EXPIRE: 600}
    says = ["W012"]


class WarningAfterTheEnd(Variant):
    """`WARN_AFTER` longer than `EXPIRE_AFTER`"""

    settings = {WARN: 99_999, EXPIRE: 600}
    says = ["W012"]


class WarningAtOnce(Variant):
    """`WARN_AFTER = 0`"""

    settings = {WARN: 0}
    says = ["E004"]


class WarningAsText(Variant):
    """`WARN_AFTER` as text, from the environment"""

    settings = {WARN: "540"}
    says = ["E004"]


class EndAsText(Variant):
    """`EXPIRE_AFTER` as text, from the environment"""

    settings = {EXPIRE: "600"}
    says = ["E004"]
    wrong = [ANSWERS]

    def journey(self, person: Person) -> None:
        if person.release == "2.6.8":
            person.sign_in()
            person.open()
        else:
            self.work_and_leave(person)


class MoreThanADay(Variant):
    """more than a day"""

    settings = {WARN: 100_000, EXPIRE: 172_800}
    wrong = ["after a day the ping says how long nobody has acted"]

    def journey(self, person: Person) -> None:
        person.sign_in()
        person.wait(86_430)
        answer = person.fetch("session_security_ping").content
        person.expect(self.wrong[0], answer == b"86430")
        person.wait(86_370)
        person.expect(LEFT_IS_OUT, not person.sees() or person.release == "2.6.8")


class ReportsOfMoreThanADay(Variant):
    """more than a day, in a page that reports"""

    settings = {WARN: 100_000, EXPIRE: 172_800}
    wrong = [STAYS_BY_REPORTS]

    def journey(self, person: Person) -> None:
        person.sign_in()
        person.wait(86_410)  # 2.6.8 takes this for 10 s, and the report for an older one
        person.report(600)
        person.wait(90_000)
        person.expect(STAYS_BY_REPORTS, person.sees())


class Millennia(Variant):
    """a limit that is never reached, to turn it off"""

    settings = {WARN: 10**9, EXPIRE: 10**9}
    says = ["W004", "W012"]

    def journey(self, person: Person) -> None:
        person.sign_in()
        person.wait(86_400)
        person.expect("nobody is signed out", person.sees())


class OwnSettings(Variant):
    """settings of its own that begin with `SESSION_SECURITY_`"""

    settings = {"SESSION_SECURITY_REMINDER_TEXT": "Soon", "SESSION_SECURITY_AUDIT": True}


class Insecure(Variant):
    """`SESSION_SECURITY_INSECURE = True`, and cookies that stay"""

    settings = {"SESSION_SECURITY_INSECURE": True, "SESSION_EXPIRE_AT_BROWSER_CLOSE": False}


class Berlin(Variant):
    """a time zone east of Greenwich"""

    settings = {"TIME_ZONE": "Europe/Berlin", "USE_TZ": True}


class Honolulu(Variant):
    """a time zone west of Greenwich, without `USE_TZ`"""

    settings = {"TIME_ZONE": "Pacific/Honolulu", "USE_TZ": False}


class SpringNight(Variant):
    """the night in which clocks go forward"""

    settings = {"TIME_ZONE": "Europe/Berlin"}
    wrong = [STAYS_BY_REPORTS]

    def journey(self, person: Person) -> None:
        person.clock.move_to("2026-03-29T00:55:00+00:00")
        person.sign_in()
        person.wait(540)
        person.report(5)
        person.expect(STAYS_BY_REPORTS, person.sees())


class AutumnNight(Variant):
    """the night in which clocks go back"""

    settings = {"TIME_ZONE": "Europe/Berlin"}
    wrong = [TELLS_THE_PAGE]

    def journey(self, person: Person) -> None:
        person.clock.move_to("2026-10-25T00:55:00+00:00")
        person.sign_in()
        self.leave(person)
