@entra
Feature: One way, from Entra ID to the MDM
  The MDM receives and never asks: it has no synchronisation of its own, notifies nobody, and
  what is removed there by hand is not removed in Entra ID.

  @IVANTI-041 @NEG-33
  Rule: What is deleted in the MDM stays in Entra ID

    Scenario: A user deleted at the endpoint is still assigned
      Given Entra ID is connected to the endpoint
      And Ada was provisioned
      And a client deleted the user "ada@contoso.test"
      When a provisioning cycle ends
      Then the endpoint has no user "ada@contoso.test"
      And Users and groups lists:
        | name | type |
        | Ada  | User |

  @IVANTI-042 @SEED-001 @portal
  Rule: The MDM does not fetch changes

    Background:
      Given Entra ID is connected to the endpoint
      And Ada was provisioned
      And the surname of Ada becomes "King"

    Scenario: Whoever opens the provisioning page of the portal fetches nothing
      When the administrator opens the provisioning page
      Then "ada@contoso.test" is unchanged

    Scenario: The change arrives with Entra ID's next cycle
      When a provisioning cycle ends
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute       | value |
        | name.familyName | King  |

  @IVANTI-044
  Rule: The MDM notifies nobody of events

    Scenario: The configuration names no notification and no path gives one
      Then the endpoint announces no event notification
