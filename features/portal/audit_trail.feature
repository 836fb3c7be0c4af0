@portal
Feature: The audit trail
  Whatever is done to tokens, users and groups leaves an entry: what, by whom, when. The
  administrator finds an entry by filters, opens it, and takes the whole trail away.

  @IVANTI-018
  Rule: What comes over SCIM is recorded with the identity provider as who did it

    Scenario: The creation of a user is recorded with the provider
      When a client creates the user "ada@contoso.test" named "Ada"
      Then the audit trail names "Entra ID" as who did "User Created" to "ada@contoso.test"

    @policy-entra
    Scenario: The deletion of a user is recorded with the provider
      Given a client created the users "ada@contoso.test"
      When a client deletes the user "ada@contoso.test"
      Then the audit trail names "Entra ID" as who did "User Deleted" to "ada@contoso.test"

    Scenario: The creation and a change of a group are recorded with the provider
      Given a client created the users "ada@contoso.test"
      And a client created the groups "Engineering"
      When a client patches the group "Engineering":
        """
        [{"op": "add", "path": "members", "value": [{"value": "ada@contoso.test"}]}]
        """
      Then the audit trail names "Entra ID" as who did "Group Created" to "Engineering"
      And the audit trail names "Entra ID" as who did "Group Edited" to "Engineering"

    Scenario: The deletion of a group is recorded with the provider
      Given a client created the groups "Engineering"
      When a client deletes the group "Engineering"
      Then the audit trail names "Entra ID" as who did "Group Deleted" to "Engineering"

    @NEG-53
    Scenario: What Entra ID does with a token for Okta is recorded as Okta's
      Given the tenant holds a token for "Okta"
      And Entra ID is connected to the endpoint
      And Ada is assigned to the application
      When a provisioning cycle ends
      Then the endpoint has one active user "ada@contoso.test"
      And the audit trail names "Okta" as who did "User Created" to "ada@contoso.test"

  @IVANTI-017
  Rule: The list and the detail of an entry have the documented columns

    Scenario: The list shows name, type, category, activity, who and when
      Given a client created the users "ada@contoso.test"
      And the tenant holds 2 tokens
      And the first token was set to inactive
      When the administrator opens the audit trail
      Then it lists, newest first:
        | name             | type       | category | activity            | performed by |
        | SCIM Token 1     | SCIM Token | SCIM     | SCIM Token Disabled | admin        |
        | SCIM Token 2     | SCIM Token | SCIM     | SCIM Token Created  | admin        |
        | ada@contoso.test | User       | Users    | User Created        | Entra ID     |
        | SCIM Token 1     | SCIM Token | SCIM     | SCIM Token Created  | admin        |
      And each entry has its time in 24-hour form

    Scenario: The detail shows what an attribute was and what it is
      Given Entra ID is connected to the endpoint
      And Ada was provisioned
      And Ada is no longer assigned
      When a provisioning cycle ends
      Then the newest entry on "ada@contoso.test" shows "User Edited" by "Entra ID" with these changes:
        | attribute | before | after |
        | active    | true   | false |

  @IVANTI-019
  Rule: Entries are found by filters that combine, fifty to a page

    Scenario Outline: The filters <filters> find what was done
      Given the tenant holds a token for "Okta"
      And 1 day has passed
      And a client created the users "ada@contoso.test, grace@contoso.test"
      When the administrator filters the audit trail by "<filters>"
      Then it lists "<found>"

      Examples:
        | filters                                        | found                             |
        | category=Users                                 | ada@contoso.test, grace@contoso.test |
        | type=SCIM Token                                | SCIM Token 1                      |
        | activity=User Created, name=ADA.               | ada@contoso.test                  |
        | performed_by=Okta, name=grace.                 | grace@contoso.test                |
        | performed_by=admin                             | SCIM Token 1                      |
        | from=2026-01-06                                | ada@contoso.test, grace@contoso.test |
        | to=2026-01-05                                  | SCIM Token 1                      |
        | from=2026-01-05, to=2026-01-06, type=SCIM Token | SCIM Token 1                     |
        | status=Success, type=User, name=grace.         | grace@contoso.test                |
        | status=Failure                                 |                                   |
        | performed_by=admin, type=User                  |                                   |

    Scenario: Of 51 entries the last one is on the second page
      Given the audit trail holds 51 entries on users
      When the administrator opens the audit trail
      Then page 1 of the entries on users lists 50 entries
      And page 2 of the entries on users lists 1 entry

    Scenario Outline: The trail is exported as <format>, with names that the format has to escape
      Given a client created the users "a=b|c\d@contoso.test"
      When the administrator exports the audit trail as "<format>"
      Then the export holds what the audit trail lists
      And the export names "a=b|c\d@contoso.test"

      Examples:
        | format |
        | json   |
        | cef    |

  @IVANTI-015
  Rule: No administrator can switch the audit trail off

    Scenario: An attempt to switch it off is refused, and it goes on
      Given the tenant holds 1 token
      When the administrator tries to switch the audit trail off
      Then the portal refuses because "method_not_allowed"
      And the portal still records what is done
