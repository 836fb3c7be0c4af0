@portal
Feature: Switching SCIM provisioning on for a tenant
  A tenant may be without SCIM provisioning. Its administrator then files a ticket, and once
  the vendor's Support has approved it the provisioning page is there.

  @SEED-010 @NEG-01
  Rule: While provisioning is off its page cannot be reached, and the refusal leads to the ticket

    @SEED-016 @IVANTI-095
    Scenario Outline: Switched <state>, the navigation <verb> <way>
      When Support switches SCIM provisioning <state>
      Then the navigation <verb> "<way>"

      Examples:
        | state | verb   | way                                                 |
        | off   | hides  | Admin > Microsoft Azure > User Provisioning Entra ID |
        | off   | hides  | Admin > Identity > User Provisioning                |
        | on    | offers | Admin > Microsoft Azure > User Provisioning Entra ID |
        | on    | offers | Admin > Identity > User Provisioning                |

    Scenario Outline: In <language> the refusal names the ticket
      Given Support has switched SCIM provisioning off
      And the administrator reads the portal in <language>
      When the administrator opens the address of "User Provisioning Entra ID"
      Then the portal refuses because "scim_not_enabled"
      And the portal says "<sentence>"

      Examples:
        | language | sentence                                                                                  |
        | English  | SCIM provisioning is not enabled for this tenant; raise an SRE ticket.                     |
        | Japanese | このテナントではSCIMプロビジョニングが有効ではありません。SREチケットを提出してください。 |

    Scenario: No token is generated
      Given Support has switched SCIM provisioning off
      When the administrator generates a token
      Then the portal refuses because "scim_not_enabled"
      And the tenant holds 0 tokens once provisioning is on again

  @SEED-010 @SEED-012
  Rule: A ticket that Support approves switches provisioning on at once

    Scenario: After the approval the page is there
      Given Support has switched SCIM provisioning off
      And the administrator has filed a ticket
      When Support approves the ticket
      Then the navigation offers "Admin > Microsoft Azure > User Provisioning Entra ID"
      And the tenant holds 0 tokens

    Scenario Outline: The audit trail names who <did>
      Given Support has switched SCIM provisioning off
      And the administrator has filed a ticket
      When Support approves the ticket
      Then the audit trail tells of "<activity>" by "<performer>"

      Examples:
        | did                 | activity             | performer |
        | switched it off     | Feature Switched Off | support   |
        | filed the ticket    | Ticket Filed         | admin     |
        | approved the ticket | Ticket Approved      | support   |
        | switched it on      | Feature Switched On  | support   |

    Scenario: A ticket that waits changes nothing
      Given Support has switched SCIM provisioning off
      When the administrator files a ticket
      Then the portal does as asked
      And the navigation hides "Admin > Microsoft Azure > User Provisioning Entra ID"

    @IVANTI-095
    Scenario: The administrator's own approval is refused
      Given Support has switched SCIM provisioning off
      And the administrator has filed a ticket
      When the administrator approves the ticket
      Then the portal refuses because "not_permitted"
      And the navigation hides "Admin > Microsoft Azure > User Provisioning Entra ID"

    Scenario: One ticket at a time is enough
      Given Support has switched SCIM provisioning off
      And the administrator has filed a ticket
      When the administrator files a ticket
      Then the portal refuses because "ticket_open_already"

    Scenario: A tenant that has provisioning needs no ticket
      When the administrator files a ticket
      Then the portal refuses because "scim_enabled_already"
      And the navigation offers "Admin > Microsoft Azure > User Provisioning Entra ID"

    @NEG-05
    Scenario Outline: <role> cannot file a ticket
      Given Support has switched SCIM provisioning off
      And the administrator has the role <role>
      When the administrator files a ticket
      Then the portal refuses because "not_permitted"

      Examples:
        | role             |
        | System Read Only |
        | User Management  |

  @SEED-010 @NEG-02
  Rule: While provisioning is off a good token opens nothing, and nothing that is there is lost

    Scenario: A request with a good token is refused and does nothing
      Given the tenant holds 1 token
      And Support has switched SCIM provisioning off
      When a client creates the user "ada@contoso.test" named "Ada"
      Then the answer is the error 403
      And the Users page does not list "ada@contoso.test"

    Scenario: Nobody is read either
      Given a client created the users "ada@contoso.test"
      And Support has switched SCIM provisioning off
      When a client looks up the user "ada@contoso.test"
      Then the answer is the error 403

    Scenario: Whoever has no good token does not learn that it is off
      Given the tenant holds 1 token
      And Support has switched SCIM provisioning off
      When the first token is presented to the endpoint with another last letter
      Then the answer is 401 with a challenge

    Scenario: Switched on again, the same token is let in
      Given the tenant holds 1 token
      And Support has switched SCIM provisioning off
      When Support switches SCIM provisioning on
      Then the endpoint lets the first token in
      And the tenant holds 1 token

    Scenario: Users who were provisioned stay as they are
      Given Entra ID is connected to the endpoint
      And Ada was provisioned
      When Support switches SCIM provisioning off
      Then the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"

    @groups
    Scenario: User groups who were provisioned stay as they are
      Given Entra ID is connected to the endpoint
      And "Engineering" with Ada and Grace was provisioned
      When Support switches SCIM provisioning off
      Then the User Groups page lists "Engineering" with 2 members
