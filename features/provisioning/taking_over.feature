@provisioning @portal @entra @policy-ivanti-r119
Feature: Users who were in the MDM before
  A user whom the administrator made by hand, or whom another source brought, is not
  made a second time: SCIM takes her over, and the source on the Users page says so.

  @IVANTI-059 @NEG-39
  Rule: A local user of the same name is taken over

    Scenario: Entra ID matches the local user, and the source changes
      Given these users of other sources exist:
        | user             | source   |
        | ada@contoso.test | Local    |
      And Entra ID is connected to the endpoint
      And Ada is assigned to the application
      When a provisioning cycle ends
      Then the endpoint has one active user "ada@contoso.test"
      And no user was created
      And the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"

    Scenario: A client that creates the user without a look-up meets no conflict
      Given these users of other sources exist:
        | user             | source   |
        | ada@contoso.test | Local    |
      When a client creates the user "ada@contoso.test" named "Ada"
      Then the answer is 200 or 201 with an id
      And the endpoint has one active user "ada@contoso.test"
      And the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"

    Scenario: A local user whom nobody assigns stays local
      Given these users of other sources exist:
        | user             | source   |
        | ada@contoso.test | Local    |
      And Entra ID is connected to the endpoint
      And Grace is assigned to the application
      When a provisioning cycle ends
      Then the Users page lists "ada@contoso.test" as Enabled from "Local"
      And the Users page lists "grace@contoso.test" as Enabled from "SCIM Entra ID"

  @IVANTI-064
  Rule: Users whom a former source brought are relabelled and never doubled

    Scenario Outline: A user from <source> is matched
      Given these users of other sources exist:
        | user             | source   |
        | ada@contoso.test | <source> |
      And Entra ID is connected to the endpoint
      And Ada is assigned to the application
      When a provisioning cycle ends
      Then the endpoint has one active user "ada@contoso.test"
      And no user was created
      And the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"

      Examples:
        | source   |
        | LDAP     |
        | Entra ID |

  @NEG-40
  Rule: A user of another SCIM provider is matched and never doubled

    Scenario: Entra ID updates the user whom Okta made
      Given Okta has provisioned Ada
      And Entra ID is connected to the endpoint
      And these people exist in the directory:
        | name | surname |
        | Ada  | King    |
      And Ada is assigned to the application
      When a provisioning cycle ends
      Then no user was created
      And the user "ada@contoso.test" at the endpoint has:
        | attribute       | value |
        | name.familyName | King  |
      And the Users page lists "ada@contoso.test" as Enabled from "SCIM Okta"
