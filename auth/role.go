package auth

import (
	"slices"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Role is what an account is for; it decides the privileges.
type Role string

// The roles (reference: netio-automation-mqtt.md 8).
const (
	Administrator Role = "administrator" // everything
	User          Role = "user"          // looks and switches outputs
	Guest         Role = "guest"         // looks only
)

// Privilege is one thing that an account may do, by its name in the API.
type Privilege string

// The privileges (reference: netio-automation-mqtt.md 8).
const (
	CanLogin          Privilege = "can_login"           // log in and see the state
	CanControlOutputs Privilege = "can_control_outputs" // switch outputs
	CanAlterOutputs   Privilege = "can_alter_outputs"   // change settings and counters of outputs
	CanViewSettings   Privilege = "can_view_settings"   // see the configuration
	CanAlterSettings  Privilege = "can_alter_settings"  // see and change the configuration
	CanBrowseLogs     Privilege = "can_browse_logs"     // read the log
	CanAlterUsers     Privilege = "can_alter_users"     // manage accounts and their sessions
	CanAlterRules     Privilege = "can_alter_rules"     // manage schedules and actions
	CanUseTunnels     Privilege = "can_use_tunnels"     // use remote access
)

// Privileges lists every privilege.
func Privileges() []Privilege {
	return []Privilege{
		CanLogin, CanControlOutputs, CanAlterOutputs, CanViewSettings, CanAlterSettings,
		CanBrowseLogs, CanAlterUsers, CanAlterRules, CanUseTunnels,
	}
}

// Roles lists every role, the mightiest first.
func Roles() []Role { return []Role{Administrator, User, Guest} }

// Privileges lists what the role may do, in the order of the function Privileges.
// An unknown role may do nothing.
func (r Role) Privileges() []Privilege {
	switch r {
	case Administrator:
		return Privileges()
	case User:
		return []Privilege{CanLogin, CanControlOutputs}
	case Guest:
		return []Privilege{CanLogin}
	}
	return nil
}

// Identity is who sent a request. The zero value is nobody and may do nothing.
type Identity struct {
	User string // name of the account
	Role Role
	Addr string // remote address without port
}

// May reports whether the account has privilege p.
func (id Identity) May(p Privilege) bool { return slices.Contains(id.Role.Privileges(), p) }

// Privileges lists what the account may do.
func (id Identity) Privileges() []Privilege { return id.Role.Privileges() }

// Require gives nil when the account has privilege p, else a Forbidden error with
// CodeForbidden.
func (id Identity) Require(p Privilege) error {
	if id.May(p) {
		return nil
	}
	return pdu.Errorf(pdu.Forbidden, CodeForbidden, "account %q lacks the privilege %s; an administrator can give it another role", id.User, p).
		With("user", id.User).With("privilege", string(p))
}

// Origin says that this account acts as a person, through the given protocol.
func (id Identity) Origin(protocol string) pdu.Origin {
	return pdu.Origin{Source: pdu.SourceWeb, Protocol: protocol, User: id.User, Addr: id.Addr}
}
