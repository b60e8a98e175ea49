package auth

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// Limits of the accounts section.
const (
	MaxAccounts    = 50
	MaxNameLetters = 32
)

// sectionPath is where the accounts are in the configuration document.
const sectionPath = "accounts"

// Section is the part of the configuration with the accounts. Its value is
// [Accounts]; there are none until the first visit.
var Section = config.Section{
	Path:    sectionPath,
	Default: func(*pdu.Profile) any { return &Accounts{} },
}

// Account is somebody who may log in.
type Account struct {
	Name     string        `json:"name" doc:"a letter, then letters and digits, at most 32; told apart from other names regardless of case"`
	Role     Role          `json:"role" doc:"administrator: everything; user: look and switch outputs; guest: look only"`
	Password config.Secret `json:"password" doc:"argon2id hash of the password in PHC form"`
}

// Accounts are all accounts of a unit.
type Accounts []Account

// Find gives the account with exactly this name.
func (a Accounts) Find(name string) (Account, bool) {
	i := slices.IndexFunc(a, func(x Account) bool { return x.Name == name })
	if i < 0 {
		return Account{}, false
	}
	return a[i], true
}

// Validate implements config.Validator.
func (a *Accounts) Validate(_ *pdu.Profile, f *config.Faults) {
	if len(*a) > MaxAccounts {
		f.Add("", FaultCount, "there are %d accounts; the limit is %d", len(*a), MaxAccounts)
		return
	}
	seen := make(map[string]bool, len(*a))
	administrators := 0
	for i, account := range *a {
		account.validate(f.At(fmt.Sprintf("[%d]", i)))
		folded := strings.ToLower(account.Name)
		if seen[folded] {
			f.Add(fmt.Sprintf("[%d].name", i), FaultTwice, "another account is called %q already", account.Name)
		}
		seen[folded] = true
		if account.Role == Administrator {
			administrators++
		}
	}
	if len(*a) > 0 && administrators == 0 {
		f.Add("", FaultAdministrator, "at least one account must be an administrator, or nobody could manage the unit")
	}
}

func (a *Account) validate(f *config.Faults) {
	if !validName(a.Name) {
		f.Add("name", FaultName, "a name is a letter followed by letters and digits (a-z, A-Z, 0-9), at most %d in all", MaxNameLetters)
	}
	if !slices.Contains(Roles(), a.Role) {
		f.Add("role", FaultRole, "the role must be one of %v", Roles())
	}
	if _, err := parseHash(string(a.Password)); err != nil {
		f.Add("password", FaultPassword, "%v", err)
	}
}

// validName reports whether name may be that of an account.
func validName(name string) bool {
	if name == "" || len(name) > MaxNameLetters || isDigit(name[0]) {
		return false
	}
	for i := range len(name) {
		if c := name[i] | 0x20; (c < 'a' || c > 'z') && !isDigit(name[i]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
