@entra @portal @mock-only
Feature: The connection over https
  A token lets whoever holds it change every user. It travels over https only, to a
  server that has shown who it is, with a protocol from TLS 1.2 on.

  @SEED-004
  Rule: A server that shows a valid certificate is trusted

    @SEED-034 @SEED-035
    Scenario Outline: The connection to a server with <certificate> earns the green check
      When the connection is tested over https with a server with <certificate>
      Then Entra ID shows a green check
      And the endpoint received these requests:
        | method | path    |
        | GET    | /Users  |
        | GET    | /Groups |

      Examples:
        | certificate                          |
        | a valid certificate                  |
        | a valid certificate over TLS 1.2     |

    @SEED-005
    Scenario: A whole cycle passes over https
      Given Entra ID is connected over https to a server with a valid certificate
      And these groups exist in the directory:
        | group       | members    |
        | Engineering | Ada, Grace |
      And "Engineering" is assigned to the application
      When provisioning is started
      Then the endpoint has just the users "Ada, Grace", each active and once
      And the endpoint group "Engineering" lists only "ada@contoso.test, grace@contoso.test"

  @NEG-59 @NEG-32 @SEED-004
  Rule: Before the handshake has shown a valid certificate nothing is sent, and nothing is saved

    Scenario Outline: A server with <certificate> is refused
      Given the connection is saved
      When the administrator saves the Tenant URL of a server with <certificate>
      Then Entra ID gives "<reason>" as the reason
      And the server has received no request
      And the former connection still works

      Examples: The certificate
        | certificate                           | reason                  |
        | an expired certificate                | certificate_expired     |
        | a self-signed certificate             | certificate_self_signed |
        | a certificate of an unknown authority | certificate_untrusted   |
        | a certificate for another name        | certificate_of_another  |

      Examples: The protocol
        | certificate                           | reason                  |
        | a valid certificate over TLS 1.1      | protocol_too_old        |

  @NEG-13 @SEED-004
  Rule: Where https is not spoken, the token is not sent

    Scenario: An endpoint that speaks http only is refused under https
      When the administrator saves the Tenant URL with https where the endpoint speaks http
      Then Entra ID gives "not_https" as the reason
      And nothing has come to the tenant

    Scenario: An address at which nobody listens is refused
      When the administrator saves a Tenant URL at which nobody listens
      Then Entra ID gives "not_listening" as the reason
      And nothing has come to the tenant
