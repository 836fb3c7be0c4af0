@portal
Feature: Coming from another user source
  A tenant whose users come from LDAP or from the legacy Entra ID source goes over to SCIM
  in stages: sync all, relabel, narrow the scope, remove what Entra ID does not define.

  @IVANTI-067
  Rule: The portal shows the stage of the migration, one after the other

    Scenario: A tenant without a migration has not started
      When the administrator opens the provisioning page
      Then the migration stands at "not started"

    Scenario: The migration begins with syncing
      When the administrator begins the migration
      Then the migration stands at "syncing"

    Scenario Outline: After "<stage>" comes "<next>"
      Given the migration has come to "<stage>"
      When the administrator goes on with the migration
      Then the migration stands at "<next>"

      Examples:
        | stage      | next       |
        | syncing    | relabelled |
        | relabelled | scoped     |
        | scoped     | finished   |

    Scenario: A migration begins once
      Given the migration has begun
      When the administrator begins the migration
      Then the portal refuses because "migration_begun"
      And the migration stands at "syncing"

  @IVANTI-063 @NEG-50 @IVANTI-094
  Rule: The legacy user source can only be viewed once the migration has begun

    Scenario: Before the migration its Sync Interval can be changed
      When the administrator sets the Sync Interval of the legacy user source to 120 minutes
      Then the legacy user source can be edited
      And the Sync Interval of the legacy user source is 120 minutes

    Scenario: After the migration has begun nothing of it can be changed
      Given the migration has begun
      When the administrator sets the Sync Interval of the legacy user source to 120 minutes
      Then the portal refuses because "legacy_source_read_only"
      And the legacy user source can only be viewed
      And the Sync Interval of the legacy user source is 60 minutes

  @IVANTI-068
  Rule: A tenant with an enabled LDAP server does not begin

    Scenario: With the LDAP server enabled the migration is refused
      Given the LDAP server was enabled
      When the administrator begins the migration
      Then the portal refuses because "ldap_server_enabled"
      And the migration stands at "not started"

    Scenario: Once the LDAP server is disabled the migration begins
      Given the LDAP server was enabled
      And the LDAP server was disabled
      When the administrator begins the migration
      Then the migration stands at "syncing"

  @policy-ivanti-r119 @IVANTI-024 @IVANTI-064 @IVANTI-059
  Rule: Syncing all takes over the users of the former source, each once

    Background:
      Given Entra ID is connected to the endpoint
      And Ada exists in the directory
      And the scope is "Sync all users and groups"

    Scenario Outline: A user from <source> is relabelled, not doubled
      Given the migration has begun
      And these users of other sources exist:
        | user             | source   |
        | ada@contoso.test | <source> |
      When a provisioning cycle ends
      Then the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"
      And the migration has 0 objects of former sources before it

      Examples:
        | source   |
        | Entra ID |
        | LDAP     |
        | Local    |

    @IVANTI-043
    Scenario: An inactive user is not migrated
      Given Grace exists in the directory
      And the account of Grace is disabled
      And these users of other sources exist:
        | user               | source   |
        | ada@contoso.test   | Entra ID |
        | grace@contoso.test | Entra ID |
      When a provisioning cycle ends
      Then the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"
      And the Users page lists "grace@contoso.test" as Enabled from "Entra ID"

  @policy-ivanti-r119 @IVANTI-065
  Rule: After relabelling the scope is narrowed to what is assigned

    Scenario: With the narrower scope who is assigned stays and the others are disabled
      Given Entra ID is connected to the endpoint
      And Ada exists in the directory
      And Grace exists in the directory
      And these users of other sources exist:
        | user               | source   |
        | ada@contoso.test   | Entra ID |
        | grace@contoso.test | Entra ID |
      And everybody was provisioned with the scope "Sync all users and groups"
      And Ada is assigned to the application
      And the scope is "Sync only assigned users and groups"
      When provisioning is restarted
      Then the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"
      And the Users page lists "grace@contoso.test" as Disabled from "SCIM Entra ID"

  @IVANTI-066
  Rule: The migration ends when nothing of the former source is left

    Background:
      Given these users of other sources exist:
        | user               | source   |
        | linus@contoso.test | Entra ID |
      And these groups of other sources exist:
        | group | source   |
        | Sales | Entra ID |
      And the migration has come to "scoped"

    Scenario: With users and groups left it does not end
      When the administrator goes on with the migration
      Then the portal refuses because "migration_objects_left"
      And the migration has 2 objects of former sources before it
      And the migration stands at "scoped"

    Scenario: Once they were removed by hand it ends
      Given the administrator has disabled and removed the user "linus@contoso.test"
      And the administrator has removed the group "Sales"
      When the administrator goes on with the migration
      Then the migration stands at "finished"

  @policy-ivanti-r119 @IVANTI-069
  Rule: After the migration attributes of the provider follow and those of LDAP do not

    Background:
      Given the administrator has added the custom attribute "site"
      And Entra ID maps the extension attribute of Ada, "Paris", to the custom attribute "site"
      And these users of other sources exist:
        | user             | source | ldapSite |
        | ada@contoso.test | LDAP   | Oslo     |

    Scenario: The types tell the attributes apart
      When the administrator opens the provisioning page
      Then the custom attributes are:
        | name     | usage       | type |
        | site     | ${site}     | IDP  |
        | ldapSite | ${ldapSite} | LDAP |

    Scenario: Before the migration the attribute of LDAP follows
      When their source sends again:
        | user             | source | ldapSite |
        | ada@contoso.test | LDAP   | Bergen   |
      Then the portal shows of "ada@contoso.test":
        | ${ldapSite} | Bergen |

    Scenario: After it the attribute of LDAP stays and the provider's follows
      Given Entra ID is connected to the endpoint
      And Ada was provisioned
      And their source has sent again:
        | user             | source | ldapSite |
        | ada@contoso.test | LDAP   | Bergen   |
      And the extension attribute of Ada is "Rome"
      When a provisioning cycle ends
      Then the portal shows of "ada@contoso.test":
        | source      | SCIM Entra ID |
        | ${ldapSite} | Oslo          |
        | ${site}     | Rome          |

    @IVANTI-074
    Scenario: A value that an identity certificate configuration refers to is kept
      Given the identity certificate configuration "Wi-Fi" refers to the custom attribute "ldapSite"
      And Entra ID is connected to the endpoint
      And Ada is assigned to the application
      When a provisioning cycle ends
      Then the portal shows of "ada@contoso.test":
        | source      | SCIM Entra ID |
        | ${ldapSite} | Oslo          |

    @IVANTI-074
    Scenario: The attribute that it refers to cannot be deleted
      Given the identity certificate configuration "Wi-Fi" refers to the custom attribute "site"
      When the administrator deletes the custom attribute "site"
      Then the portal refuses because "attribute_in_use"

  @policy-ivanti-r119 @IVANTI-070
  Rule: Managed Apple IDs outlive the migration where the setting was saved before

    Background:
      Given Entra ID is connected to the endpoint
      And these users of other sources exist:
        | user             | source   | managed apple id |
        | ada@contoso.test | Entra ID | ada@apple.test   |
      And Ada is assigned to the application

    Scenario: With the setting the id is kept
      Given the administrator has saved the settings:
        | managed_apple_id | email |
      When a provisioning cycle ends
      Then the portal shows of "ada@contoso.test":
        | source           | SCIM Entra ID  |
        | managed apple id | ada@apple.test |

    Scenario: Without the setting the id is lost
      When a provisioning cycle ends
      Then the portal shows of "ada@contoso.test":
        | source           | SCIM Entra ID |
        | managed apple id |               |

  @IVANTI-071
  Rule: Removal at the source differs: LDAP leaves the user active, SCIM disables

    Scenario: A user removed from LDAP stays enabled and is no longer synced
      Given these users of other sources exist:
        | user             | source |
        | ada@contoso.test | LDAP   |
      When their source sends again:
        | user             | source | removed |
        | ada@contoso.test | LDAP   | yes     |
      Then the portal shows of "ada@contoso.test":
        | status | Enabled |
        | sync   | No Sync |

    Scenario: A user removed from the scope of SCIM is disabled
      Given Entra ID is connected to the endpoint
      And Ada was provisioned
      And Ada is no longer assigned
      When a provisioning cycle ends
      Then the portal shows of "ada@contoso.test":
        | status | Disabled |
        | sync   | N/A      |
