@portal
Feature: Custom attributes
  The administrator of the MDM defines an attribute; Entra ID fills it; the rest of the
  portal refers to it. It is never edited, only deleted, and not while in use.

  @IVANTI-037 @IVANTI-078
  Rule: A custom attribute is listed with its usage and the type IDP, and can only be deleted

    Scenario: An attribute added in the settings is listed
      When the administrator adds the custom attribute "site" in the settings
      Then the custom attributes are:
        | name | usage   | type |
        | site | ${site} | IDP  |
      And a custom attribute offers deletion only

    Scenario: A deleted attribute is listed no more
      Given the administrator has added the custom attribute "site"
      And the administrator has added the custom attribute "shift"
      When the administrator deletes the custom attribute "site"
      Then the custom attributes are:
        | name  | usage    | type |
        | shift | ${shift} | IDP  |

    Scenario Outline: <what> is no attribute's name
      When the administrator adds the custom attribute "<name>"
      Then the portal refuses because "<reason>"
      And there are no custom attributes

      Examples:
        | what                    | name     | reason                 |
        | One with a digit first  | 1site    | attribute_name_refused |
        | One with a blank in it  | my site  | attribute_name_refused |
        | One with a dot in it    | my.site  | attribute_name_refused |

    Scenario: A name that is taken is refused, whatever its letter case
      Given the administrator has added the custom attribute "site"
      When the administrator adds the custom attribute "SITE"
      Then the portal refuses because "attribute_exists"
      And the custom attributes are:
        | name | usage   | type |
        | site | ${site} | IDP  |

  @IVANTI-035 @IVANTI-037 @IVANTI-038 @IVANTI-078
  Rule: What Entra ID maps to a custom attribute is shown on the user, once the attribute is defined

    Background:
      Given Entra ID is connected to the endpoint
      And Entra ID maps the extension attribute of Ada, "Paris", to the custom attribute "site"
      And Ada is assigned to the application

    Scenario: A defined attribute has the value that Entra ID sent
      Given the administrator has added the custom attribute "site"
      When a provisioning cycle ends
      Then the portal shows of "ada@contoso.test":
        | ${site} | Paris |

    Scenario: A later value takes its place
      Given the administrator has added the custom attribute "site"
      And Ada was provisioned
      And the extension attribute of Ada is "Rome"
      When a provisioning cycle ends
      Then the portal shows of "ada@contoso.test":
        | ${site} | Rome |

    Scenario: Before the attribute is defined the value is kept nowhere, and the user comes all the same
      When a provisioning cycle ends
      Then the portal shows of "ada@contoso.test":
        | status  | Enabled           |
        | ${site} | no such attribute |
      And the value "site" of "ada@contoso.test" is empty once the attribute is defined

  @IVANTI-099
  Rule: An attribute that something refers to cannot be deleted

    Background:
      Given the administrator has added the custom attribute "site"

    Scenario Outline: One <kind> that refers to it is enough to keep it
      Given the <kind> "Paris staff" refers to the custom attribute "site"
      When the administrator deletes the custom attribute "site"
      Then the portal refuses because "attribute_in_use"
      And the custom attributes are:
        | name | usage   | type |
        | site | ${site} | IDP  |

      Examples:
        | kind         |
        | policy       |
        | user group   |
        | device group |
        | app filter   |
        | space        |

    @IVANTI-077
    Scenario: The setting for Managed Apple IDs keeps it
      Given the administrator has saved the settings:
        | managed_apple_id   | attribute |
        | apple_id_attribute | site      |
      When the administrator deletes the custom attribute "site"
      Then the portal refuses because "attribute_in_use"

    Scenario: Deletion wipes the values
      Given a client created the user "ada@contoso.test" with the attributes:
        """
        {"urn:ietf:params:scim:schemas:extension:ivanti:2.0:User": {"site": "Paris"}}
        """
      When the administrator deletes the custom attribute "site"
      Then there are no custom attributes
      And the value "site" of "ada@contoso.test" is empty once the attribute is defined
