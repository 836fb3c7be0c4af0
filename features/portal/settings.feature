@portal
Feature: Settings of user provisioning
  Under Edit Settings the administrator of the MDM says what happens to users who come
  from an identity provider, and how long a session and a renewed token live.

  @IVANTI-014
  Rule: Settings can be edited once a token exists

    Scenario: Before the first token the settings stay closed
      When the administrator opens the settings
      Then the portal refuses because "settings_need_a_token"
      And Edit Settings is not offered

    Scenario: Before the first token nothing can be saved either
      When the administrator saves the settings before there is a token:
        | idle_minutes | 5 |
      Then the portal refuses because "settings_need_a_token"
      And with a token the settings are:
        | idle_minutes | 15 |

    Scenario: With a token they open
      Given the tenant holds 1 token
      When the administrator opens the settings
      Then Edit Settings is offered
      And the settings are:
        | invite_imported_users | no  |
        | managed_apple_id      | off |
        | idle_minutes          | 15  |

  @IVANTI-079
  Rule: Changes count only after Save Changes

    Scenario: What was saved is in force
      When the administrator saves the settings:
        | invite_imported_users | yes |
        | idle_minutes          | 5   |
      Then the settings are:
        | invite_imported_users | yes |
        | idle_minutes          | 5   |

    Scenario: What was saved is recorded, and what it was before
      When the administrator saves the settings:
        | idle_minutes | 5 |
      Then the newest entry on "User Provisioning" shows "Settings Changed" by "admin" with these changes:
        | attribute    | before | after |
        | idle_minutes | 15     | 5     |

    Scenario: What was not saved is discarded
      When the administrator leaves the settings without saving:
        | invite_imported_users | yes |
        | idle_minutes          | 5   |
      Then the settings are:
        | invite_imported_users | no |
        | idle_minutes          | 15 |

    Scenario: A change that is refused leaves the others undone too
      When the administrator saves the settings:
        | invite_imported_users | yes |
        | idle_minutes          | 16  |
      Then the portal refuses because "idle_minutes_out_of_range"
      And the settings are:
        | invite_imported_users | no |
        | idle_minutes          | 15 |

    @IVANTI-088 @NEG-05
    Scenario: A role that may only read saves nothing
      Given the tenant holds 1 token
      And the administrator has the role System Read Only
      When the administrator saves the settings:
        | idle_minutes | 5 |
      Then the portal refuses because "not_permitted"
      And the settings are:
        | idle_minutes | 15 |

  @IVANTI-075
  Rule: Imported users are invited by e-mail where the setting says so, once each

    Background:
      Given Entra ID is connected to the endpoint

    Scenario: With the setting each created user is invited
      Given the administrator has saved the settings:
        | invite_imported_users | yes |
      And Ada is assigned to the application
      When a provisioning cycle ends
      Then invitations were sent to "ada@contoso.test"
      And the portal shows of "ada@contoso.test":
        | invite status | Invited |

    Scenario: An update invites nobody again
      Given the administrator has saved the settings:
        | invite_imported_users | yes |
      And Ada was provisioned
      And the job title of Ada becomes "Countess"
      When a provisioning cycle ends
      Then the provisioning log shows "update" with "success" for Ada
      And invitations were sent to "ada@contoso.test"

    Scenario: An update does not invite who was there before the setting
      Given Ada was provisioned
      And the administrator has saved the settings:
        | invite_imported_users | yes |
      And the job title of Ada becomes "Countess"
      When a provisioning cycle ends
      Then the provisioning log shows "update" with "success" for Ada
      And no invitation was sent

    Scenario: Without the setting nobody is invited
      Given Ada is assigned to the application
      When a provisioning cycle ends
      Then no invitation was sent
      And the portal shows of "ada@contoso.test":
        | invite status | Not Invited |

  @IVANTI-076
  Rule: A Managed Apple ID is built from the e-mail where the setting says so

    Background:
      Given Entra ID is connected to the endpoint
      And Ada is assigned to the application

    Scenario: It is off at first
      When a provisioning cycle ends
      Then the portal shows of "ada@contoso.test":
        | status           | Enabled |
        | managed apple id |         |

    Scenario Outline: With the subdomain <subdomain>, the id is <apple id>
      Given the administrator has saved the settings:
        | managed_apple_id  | email       |
        | appleid_subdomain | <subdomain> |
      When a provisioning cycle ends
      Then the Managed Apple ID of Ada is at "<domain>"

      Examples:
        | subdomain | apple id           | domain               |
        | no        | the e-mail         | contoso.test         |
        | yes       | in "appleid."      | appleid.contoso.test |

  @IVANTI-077
  Rule: A Managed Apple ID from a custom attribute is unique

    Background:
      Given the administrator has added the custom attribute "appleId"
      And the administrator has saved the settings:
        | managed_apple_id   | attribute |
        | apple_id_attribute | appleId   |
      And a client created the user "ada@contoso.test" with the attributes:
        """
        {"urn:ietf:params:scim:schemas:extension:ivanti:2.0:User": {"appleId": "ada@apple.test"}}
        """

    Scenario: The attribute gives the id
      When the administrator searches the users for "ada@contoso.test"
      Then the portal shows of "ada@contoso.test":
        | managed apple id | ada@apple.test |

    Scenario: A second user with the same value gets no id, and the audit trail tells
      When a client creates the user "grace@contoso.test" with the attributes:
        """
        {"urn:ietf:params:scim:schemas:extension:ivanti:2.0:User": {"appleId": "ADA@apple.test"}}
        """
      Then the portal shows of "grace@contoso.test":
        | status           | Enabled |
        | managed apple id |         |
      And the audit trail names "System" as who did "Managed Apple ID Failed" to "grace@contoso.test"
      And the newest entry on "grace@contoso.test" tells of a failure

    Scenario: A value that is no address gives no id
      When a client creates the user "grace@contoso.test" with the attributes:
        """
        {"urn:ietf:params:scim:schemas:extension:ivanti:2.0:User": {"appleId": "grace"}}
        """
      Then the portal shows of "grace@contoso.test":
        | managed apple id |  |
      And the audit trail names "System" as who did "Managed Apple ID Failed" to "grace@contoso.test"

  @IVANTI-086
  Rule: The idle time-out is 5 to 15 minutes

    Scenario Outline: <minutes> minutes are <answer>
      When the administrator saves the settings:
        | idle_minutes | <minutes> |
      Then the settings are:
        | idle_minutes | <in force> |

      Examples:
        | minutes | answer  | in force |
        | 4       | refused | 15       |
        | 5       | taken   | 5        |
        | 15      | taken   | 15       |
        | 16      | refused | 15       |

  @IVANTI-073
  Rule: With SAML for SCIM users all users sign in by it; only local ones may be exempted

    Background:
      Given these users of other sources exist:
        | user               | source        |
        | ada@contoso.test   | SCIM Entra ID |
        | linus@contoso.test | LDAP          |
        | grace@contoso.test | Local         |

    Scenario Outline: With local users <exempt>, <user> signs in by <way>
      When the administrator saves the settings:
        | saml_for_scim_users      | yes      |
        | saml_exempts_local_users | <setting> |
      Then the portal shows of "<user>":
        | sign in | <way> |

      Examples:
        | exempt   | setting | user               | way      |
        | exempt   | yes     | ada@contoso.test   | SAML     |
        | exempt   | yes     | linus@contoso.test | SAML     |
        | exempt   | yes     | grace@contoso.test | Password |
        | included | no      | grace@contoso.test | SAML     |

    Scenario: Without SAML users sign in by password
      When the administrator saves the settings:
        | saml_for_scim_users | no |
      Then the portal shows of "ada@contoso.test":
        | sign in | Password |
