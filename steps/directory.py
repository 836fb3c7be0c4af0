"""The people and groups of a feature, by the names it gives them, in Entra ID's directory."""

from scimulate.mock_servers.entra.directory import Directory
from scimulate.mock_servers.entra.principals import Group, User, UserChanges
from scimulate.steps.names import Names

ATTRIBUTES = {
    "name": "display_name",
    "given name": "given_name",
    "surname": "surname",
    "user name": "user_principal_name",
    "mail": "mail",
    "job title": "job_title",
    "department": "department",
    "phone": "telephone_number",
    "mobile": "mobile",
    "mobile number": "mobile",
}
"""What a feature calls an attribute, and what the directory calls it."""


class People:
    """Finds, or makes, the users and groups that a feature speaks of."""

    def __init__(self, directory: Directory, names: Names) -> None:
        self.directory = directory
        self._names = names
        self._users: dict[str, str] = {}
        self._groups: dict[str, str] = {}

    def user(self, name: str) -> User:
        """The person called `name`, who joins the directory when first mentioned."""
        if name not in self._users:
            self.add({"name": name})
        return self.directory.user(self._users[name])

    def group(self, name: str) -> Group:
        """The group called `name`, which joins the directory when first mentioned."""
        if name not in self._groups:
            self._groups[name] = self.directory.create_group(self._names.group(name)).id
        return self.directory.group(self._groups[name])

    def names(self) -> list[str]:
        """The people mentioned so far."""
        return list(self._users)

    def add(self, row: dict[str, str]) -> None:
        """Add the person that a row of a table describes."""
        name = row["name"]
        user_name = self._names.user_name(name)
        user = self.directory.create_user(name, user_name, mail=user_name, given_name=name)
        self._users[name] = user.id
        for heading, value in row.items():
            self.change(name, heading, value)

    def add_guest(self, name: str) -> None:
        """A user of another company, invited: the user name holds the address at home (ENTRA-032)."""
        at_home = self._names.real(f"{name.lower()}_contoso.test")
        guest = self.directory.create_user(name, f"{at_home}#EXT#@fabrikam.test", mail=self._names.user_name(name))
        self._users[name] = guest.id

    def add_many(self, count: int) -> list[str]:
        """`count` people whom no scenario needs to tell apart."""
        names = [f"Person{number}" for number in range(1, count + 1)]
        for name in names:
            self.user(name)
        return names

    def hire_again(self, name: str) -> None:
        """Somebody new, with the user name of somebody who has left the directory for good."""
        del self._users[name]
        self.user(name)

    def add_namesake(self, group: str, members: list[str]) -> str:
        """A second group of the same display name (SEED-058); answers its id."""
        identifiers = [self.user(member).id for member in members]
        return self.directory.create_group(self._names.group(group), identifiers).id

    def delete_group(self, name: str) -> None:
        self.directory.delete_group(self._groups.pop(name))

    def add_group(self, name: str, members: list[str]) -> None:
        """Add a group whose `members` are people, or groups mentioned before."""
        group = self.group(name)
        for member in members:
            self.directory.add_member(group.id, self.principal(member))

    def principal(self, name: str) -> str:
        """The id of the person or group called `name`."""
        return self._groups[name] if name in self._groups else self.user(name).id

    def shown_as(self, name: str) -> str:
        """The display name of the person or group called `name`."""
        return self._names.group(name) if name in self._groups else self.user(name).display_name

    def change(self, name: str, attribute: str, value: str) -> None:
        """Give the person another value; an empty one clears it."""
        changes: UserChanges = {ATTRIBUTES[attribute]: self._names.real(value) or None}  # type: ignore[misc]
        self.directory.update_user(self.user(name).id, **changes)

    def rename_group(self, name: str, new_name: str) -> None:
        identifier = self._groups.pop(name)
        self.directory.rename_group(identifier, self._names.group(new_name))
        self._groups[new_name] = identifier


def listed_names(text: str) -> list[str]:
    """ "Ada, Grace" or "Ada and Grace" as a list."""
    return [name.strip() for name in text.replace(" and ", ",").split(",") if name.strip()]
