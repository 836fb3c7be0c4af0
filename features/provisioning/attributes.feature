@provisioning
Feature: The attributes of the documented MDM
  Which attributes of a user the pages of the MDM list, what an update may change of
  them, and what becomes of the rest. Whoever maps attributes in Entra ID relies on it.

  @IVANTI-030 @IVANTI-031 @policy-ivanti-r119
  Rule: The core attributes are kept under their standard names

    Scenario: A user comes back with each core attribute
      When a client creates the user:
        """
        {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
         "userName": "ada@contoso.test", "active": true, "displayName": "Ada Lovelace",
         "name": {"givenName": "Ada", "familyName": "Lovelace"},
         "emails": [{"value": "ada@contoso.test", "type": "work", "primary": true}]}
        """
      Then the answer is 201 with an id and a location
      And the endpoint has one active user "ada@contoso.test"
      And the user "ada@contoso.test" at the endpoint has:
        | attribute                    | value            |
        | displayName                  | Ada Lovelace     |
        | name.givenName               | Ada              |
        | name.familyName              | Lovelace         |
        | emails[type eq "work"].value | ada@contoso.test |

  @IVANTI-031 @policy-ivanti-r119
  Rule: The flattened names that the page prints mean the same attributes

    Scenario Outline: A change of the printed name for <attribute> changes it
      Given a client created the users "ada@contoso.test, grace@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:<printed>", "value": <value>}]
        """
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute   | value   |
        | <attribute> | <shown> |
      And "grace@contoso.test" is unchanged

      Examples:
        | printed     | attribute                    | value                                            | shown             |
        | givenName   | name.givenName               | "King"                                           | King              |
        | familyName  | name.familyName              | "King"                                           | King              |
        | displayName | displayName                  | "King"                                           | King              |
        | active      | active                       | false                                            | false             |
        | emails      | emails[type eq "work"].value | [{"type": "work", "value": "king@contoso.test"}] | king@contoso.test |

  @IVANTI-032
  Rule: User type and locale, which an older page lists, are accepted

    Scenario Outline: A user of <release> keeps user type and locale
      When a client creates the user "ada@contoso.test" with the attributes:
        """
        {"userType": "Employee", "locale": "en-GB"}
        """
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute | value    |
        | userType  | Employee |
        | locale    | en-GB    |

      @policy-ivanti-r118
      Examples: The release before
        | release |
        | R118    |

      @policy-ivanti-r119
      Examples: The release of the pages
        | release |
        | R119    |

  @IVANTI-036 @policy-ivanti-r119
  Rule: Of the enterprise extension the department is kept, and nothing else

    Scenario: The department arrives and the cost center does not
      When a client creates the user "ada@contoso.test" with the attributes:
        """
        {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Analysis", "costCenter": "7"}}
        """
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute                                                             | value    |
        | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department | Analysis |
      And the user "ada@contoso.test" at the endpoint has no "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter"

    Scenario: A change of the cost center leaves the user as she is
      Given a client created the users "ada@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter", "value": "7"}]
        """
      Then "ada@contoso.test" is unchanged

  @IVANTI-026 @entra @policy-ivanti-r119
  Rule: What the default mapping sends beyond that fails nobody

    Scenario Outline: A user with all mapped attributes arrives, in the <dialect> dialect
      Given Entra ID is connected to the endpoint in the <dialect> dialect
      And these people exist in the directory:
        | name  | given name | surname | job title | department | phone         | mobile        |
        | Grace | Grace      | Hopper  | Admiral   | Navy       | +441632960009 | +441632960002 |
      And Ada was provisioned
      And the manager of Grace becomes Ada
      And Grace is assigned to the application
      When a provisioning cycle ends
      Then the endpoint has one active user "grace@contoso.test"
      And the provisioning log shows "create" with "success" for Grace

      Examples:
        | dialect   |
        | legacy    |
        | compliant |

  @IVANTI-033 @policy-ivanti-r119
  Rule: An update changes what the page lists

    Scenario Outline: A new <path> is taken
      Given a client created the users "ada@contoso.test, grace@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "replace", "path": "<path>", "value": <value>}]
        """
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute | value   |
        | <path>    | <shown> |
      And "grace@contoso.test" is unchanged

      Examples:
        | path                                                                  | value      | shown    |
        | displayName                                                           | "Countess" | Countess |
        | name.givenName                                                        | "Augusta"  | Augusta  |
        | name.familyName                                                       | "King"     | King     |
        | active                                                                | false      | false    |
        | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department | "Engines"  | Engines  |

    Scenario: A new e-mail address is taken
      Given a client created the users "ada@contoso.test, grace@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "king@contoso.test"}]
        """
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute                    | value             |
        | emails[type eq "work"].value | king@contoso.test |
      And "grace@contoso.test" is unchanged

    Scenario Outline: A change of <attribute>, which is not on the list, leaves the user as she is
      Given a client created the user "ada@contoso.test" with a job title
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "replace", "path": "<attribute>", "value": "Countess"}]
        """
      Then "ada@contoso.test" is unchanged

      Examples:
        | attribute |
        | title     |
        | nickName  |
        | userType  |

  @IVANTI-034
  Rule: The id of a resource is never updated

    Scenario: A PATCH of the id is refused
      Given a client created the users "ada@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "replace", "path": "id", "value": "an-id-of-the-clients-own"}]
        """
      Then "ada@contoso.test" is unchanged
      And the answer is an error of the client's making

  @IVANTI-052 @policy-ivanti-r119
  Rule: An update to a blank value leaves the former one

    Scenario Outline: After <op> with <blank> the display name stays
      Given a client created the users "ada@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "<op>", "path": "displayName", "value": <blank>}]
        """
      Then "ada@contoso.test" is unchanged

      Examples:
        | op      | blank |
        | replace | ""    |
        | replace | null  |
        | Add     | ""    |

    Scenario Outline: A blank <attribute> leaves the user as she is
      Given a client created the user "ada@contoso.test" with the attributes:
        """
        {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Analysis"}}
        """
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "replace", "path": "<path>", "value": ""}]
        """
      Then "ada@contoso.test" is unchanged

      Examples:
        | attribute  | path                                                                  |
        | last name  | name.familyName                                                       |
        | department | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department |

    Scenario: Of two values the blank one is passed over and the other is taken
      Given a client created the users "ada@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "replace", "path": "name.familyName", "value": ""},
         {"op": "replace", "path": "displayName", "value": "Countess"}]
        """
      Then only "displayName" of "ada@contoso.test" has changed, to "Countess"

  @IVANTI-037 @policy-ivanti-r119
  Rule: A custom attribute that nobody has defined is not kept

    Scenario: A value for an unknown custom attribute leaves the user as she is
      Given a client created the users "ada@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:ivanti:2.0:User:neverDefined", "value": "7"}]
        """
      Then "ada@contoso.test" is unchanged

  @IVANTI-033 @IVANTI-035 @IVANTI-078 @portal @policy-ivanti-r119
  Rule: A custom attribute that is defined is one like any other

    Background:
      Given the administrator has added the custom attribute "badge"

    Scenario: It is listed in the schemas under the URN of the vendor
      When a client asks for "/Schemas/urn:ietf:params:scim:schemas:extension:ivanti:2.0:User"
      Then the schema lists only the attributes "badge"

    Scenario: A user is created with it and found by it
      Given a client created the user "ada@contoso.test" with the attributes:
        """
        {"urn:ietf:params:scim:schemas:extension:ivanti:2.0:User": {"badge": "7"}}
        """
      And a client created the users "grace@contoso.test"
      When a client looks up users by "urn:ietf:params:scim:schemas:extension:ivanti:2.0:User:badge" "7"
      Then the answer is a list with only "ada@contoso.test"

    Scenario Outline: It is changed in the <dialect> dialect
      Given a client created the users "ada@contoso.test, grace@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [<operation>]
        """
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute                                                    | value |
        | urn:ietf:params:scim:schemas:extension:ivanti:2.0:User:badge | 8     |
      And "grace@contoso.test" is unchanged

      Examples:
        | dialect   | operation                                                                                           |
        | legacy    | {"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:ivanti:2.0:User:badge", "value": "8"} |
        | compliant | {"op": "replace", "value": {"urn:ietf:params:scim:schemas:extension:ivanti:2.0:User:badge": "8"}}   |

  @IVANTI-097 @IVANTI-098 @policy-ivanti-r119
  Rule: Users and groups are found by their external id

    Scenario: A user is found by the id that the provider gave her
      Given a client created the user "ada@contoso.test" with the attributes:
        """
        {"externalId": "entra.ada@contoso.test"}
        """
      And a client created the users "grace@contoso.test"
      When a client looks up users by "externalId" "entra.ada@contoso.test"
      Then the answer is a list with only "ada@contoso.test"

    @groups
    Scenario: A group is found by the id that the provider gave it
      Given a client created the group "Engineering" with the external id "entra.engineering@contoso.test"
      And a client created the groups "Research"
      When a client looks up groups by "externalId" "entra.engineering@contoso.test"
      Then the answer is a list with only the group "Engineering"
