@portal @groups
Feature: Checking user groups in the MDM portal
  After a cycle the administrator of the MDM opens the list of user groups. Groups of an
  identity provider are changed by the provider alone; local ones are kept by hand.

  @SEED-062 @SEED-063 @SEED-064 @SEED-065
  Rule: Provisioned groups are shown on the User Groups page with their members

    Background:
      Given Entra ID is connected to the endpoint
      And these groups exist in the directory:
        | group       | members     |
        | Backend     | Linus       |
        | Engineering | Ada, Grace  |
      And "Engineering" is assigned to the application

    Scenario: An assigned group is listed with its members counted, as the provisioning log says
      When a provisioning cycle ends
      Then the provisioning log shows "create" with "success" for "Engineering"
      And the User Groups page lists "Engineering" with 2 members
      And the User Groups page lists "Engineering" from "SCIM Entra ID"

    Scenario: The members are those of the group in Entra ID
      When a provisioning cycle ends
      Then the portal shows the group "Engineering" with only "ada@contoso.test, grace@contoso.test"

    Scenario: A group that is not assigned is not listed
      When a provisioning cycle ends
      Then the User Groups page does not list "Backend"
      And the User Groups page lists "Engineering" with 2 members

  @IVANTI-081
  Rule: Groups are found by the start of their name, whatever its letter case

    Scenario Outline: Searching for "<text>" finds <groups>
      Given these groups of other sources exist:
        | group  | source |
        | Sales  | Local  |
        | Salary | Local  |
        | Resale | Local  |
      When the administrator searches the user groups for "<text>"
      Then the groups found are "<groups>"

      Examples:
        | text  | groups        |
        | Sal   | Sales, Salary |
        | sales | Sales         |
        | RESA  | Resale        |

  @IVANTI-085
  Rule: A group grants roles and apps to who is in it, and to nobody else

    Background:
      Given Entra ID is connected to the endpoint
      And "Engineering" with Ada and Grace was provisioned
      And the group "Engineering" grants the role "App Approver" and the app "Field Notes"

    Scenario: Whoever leaves the group loses what it granted, and the others keep it
      Given Ada has left "Engineering"
      When a provisioning cycle ends
      Then the user "ada@contoso.test" is granted ""
      And the user "grace@contoso.test" is granted "role App Approver, app Field Notes"

    Scenario: Whoever joins the group is granted it
      Given Linus has joined "Engineering"
      When a provisioning cycle ends
      Then the user "linus@contoso.test" is granted "role App Approver, app Field Notes"

  @IVANTI-091
  Rule: Members are imported from CSV into local groups alone

    Scenario: Rows for a SCIM group are refused one by one, and the other rows are taken
      Given Entra ID is connected to the endpoint
      And "Engineering" with Ada and Grace was provisioned
      And Linus was provisioned
      And the administrator has added the local group "Sales"
      When the administrator imports the members:
        | group       | user               |
        | Engineering | linus@contoso.test |
        | Sales       | linus@contoso.test |
      Then the import says:
        | user               | result    |
        | linus@contoso.test | not_local |
        | linus@contoso.test | added     |
      And the User Groups page lists "Engineering" with 2 members
      And the portal shows the group "Sales" with only "linus@contoso.test"

    Scenario: A row for a user who is not there is refused
      Given the administrator has added the local group "Sales"
      When the administrator imports the members:
        | group | user                |
        | Sales | nobody@contoso.test |
      Then the import says:
        | user                | result       |
        | nobody@contoso.test | user_unknown |

  @IVANTI-090
  Rule: Groups of one name are told apart by source and GUID

    Scenario: Two sources may have a group of one name
      Given these groups of other sources exist:
        | group | source     |
        | Sales | LDAP       |
        | Sales | Salesforce |
      When the administrator searches the user groups for "Sales"
      Then the User Groups page lists "Sales" from "LDAP, Salesforce"

    Scenario: A second local group of one name is refused
      Given the administrator has added the local group "Sales"
      When the administrator adds the local group "Sales"
      Then the portal refuses because "group_name_taken"
      And the User Groups page lists "Sales" from "Local"

  Rule: Groups that belong to nobody's provider are removed by hand

    @IVANTI-066
    Scenario: A local group is removed
      Given the administrator has added the local group "Sales"
      When the administrator removes the group "Sales"
      Then the User Groups page does not list "Sales"

    @IVANTI-041
    Scenario: A group of an identity provider is not removed
      Given Entra ID is connected to the endpoint
      And "Engineering" with Ada and Grace was provisioned
      When the administrator removes the group "Engineering"
      Then the portal refuses because "group_of_provider"
      And the User Groups page lists "Engineering" with 2 members

  @IVANTI-049
  Rule: The group All Users holds everybody, the disabled ones too

    Scenario: Whoever is disabled and in no other group is in All Users still
      Given Entra ID is connected to the endpoint
      And Ada and Grace were provisioned
      And Ada is no longer assigned
      When a provisioning cycle ends
      Then the Users page lists "ada@contoso.test" as Disabled from "SCIM Entra ID"
      And the user "ada@contoso.test" is in the group "All Users"
      And the group "All Users" counts 2 members
