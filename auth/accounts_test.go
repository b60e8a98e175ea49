package auth

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

func TestPrivilegesOfRoles(t *testing.T) {
	got := map[Role][]Privilege{}
	for _, r := range append(Roles(), "", "root") {
		got[r] = Identity{User: "x", Role: r}.Privileges()
	}
	want := map[Role][]Privilege{
		Administrator: {
			"can_login", "can_control_outputs", "can_alter_outputs", "can_view_settings", "can_alter_settings",
			"can_browse_logs", "can_alter_users", "can_alter_rules", "can_use_tunnels",
		},
		User:   {"can_login", "can_control_outputs"},
		Guest:  {"can_login"},
		"":     nil,
		"root": nil,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for role, has := range want {
		for _, p := range Privileges() {
			id := Identity{User: "x", Role: role}
			may := strings.Contains(fmt.Sprint(has), string(p))
			if id.May(p) != may || (id.Require(p) == nil) != may {
				t.Errorf("role %q and %s: May %v, Require %v", role, p, id.May(p), id.Require(p))
			}
		}
	}
	wantCode(t, Identity{}.Require(CanLogin), pdu.Forbidden, "auth.forbidden")
}

func TestIdentityOrigin(t *testing.T) {
	want := pdu.Origin{Source: pdu.SourceWeb, Protocol: "web", User: "ann", Addr: "192.0.2.1"}
	if diff := cmp.Diff(want, Identity{"ann", User, "192.0.2.1"}.Origin("web")); diff != "" {
		t.Error(diff)
	}
}

func TestAccountsValidate(t *testing.T) {
	admin := account(t, "admin", Administrator)
	with := func(change func(a *Account)) Accounts {
		a := account(t, "ann", User)
		change(&a)
		return Accounts{admin, a}
	}
	named := func(name string) Accounts { return with(func(a *Account) { a.Name = name }) }
	crowd := func(n int) Accounts {
		list := Accounts{admin}
		for i := range n - 1 {
			list = append(list, account(t, fmt.Sprintf("user%d", i), User))
		}
		return list
	}
	for name, c := range map[string]struct {
		accounts Accounts
		want     []string // path and code of each fault
	}{
		"none":               {Accounts{}, nil},
		"one administrator":  {Accounts{admin}, nil},
		"all roles":          {Accounts{account(t, "g", Guest), account(t, "U2", User), admin}, nil},
		"longest name":       {named(strings.Repeat("n", 32)), nil},
		"full":               {crowd(50), nil},
		"empty name":         {named(""), []string{"[1].name account.name"}},
		"long name":          {named(strings.Repeat("n", 33)), []string{"[1].name account.name"}},
		"digit first":        {named("1ann"), []string{"[1].name account.name"}},
		"space":              {named("ann b"), []string{"[1].name account.name"}},
		"colon":              {named("ann:b"), []string{"[1].name account.name"}},
		"at sign":            {named("ann@b"), []string{"[1].name account.name"}},
		"bracket":            {named("ann["), []string{"[1].name account.name"}},
		"other letters":      {named("änn"), []string{"[1].name account.name"}},
		"other digits":       {named("ann٣"), []string{"[1].name account.name"}},
		"control character":  {named("ann\x01"), []string{"[1].name account.name"}},
		"twice":              {named("admin"), []string{"[1].name account.twice"}},
		"twice but for case": {named("ADMIN"), []string{"[1].name account.twice"}},
		"unknown role":       {with(func(a *Account) { a.Role = "root" }), []string{"[1].role account.role"}},
		"no role":            {with(func(a *Account) { a.Role = "" }), []string{"[1].role account.role"}},
		"clear password":     {with(func(a *Account) { a.Password = "secret99" }), []string{"[1].password account.password"}},
		"no password":        {with(func(a *Account) { a.Password = "" }), []string{"[1].password account.password"}},
		"no administrator":   {Accounts{account(t, "ann", User)}, []string{" account.administrator"}},
		"too many":           {crowd(51), []string{" account.count"}},
	} {
		t.Run(name, func(t *testing.T) {
			var f config.Faults
			c.accounts.Validate(nil, &f)
			var got []string
			if err, ok := errors.AsType[*config.FaultsError](f.Err()); ok {
				for _, fault := range err.Faults {
					got = append(got, fault.Path+" "+fault.Code)
					if strings.Contains(fault.Message, "secret99") {
						t.Errorf("the fault shows the password: %s", fault.Message)
					}
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAccountsInDocument edits the section the way the admin API does.
func TestAccountsInDocument(t *testing.T) {
	u := household(t)
	stored := u.accounts()
	patch := `{"accounts":[{"name":"gil","role":"user","password":"********"},{"name":"admin","role":"administrator","password":"********"}]}`
	doc, err := u.store.MergePatch(t.Context(), pdu.Origin{}, "", []byte(patch))
	if err != nil {
		t.Fatal(err)
	}
	want := Accounts{{"gil", User, stored[2].Password}, stored[0]}
	if diff := cmp.Diff(want, *config.Get[Accounts](doc, "accounts")); diff != "" {
		t.Error(diff)
	}
	shown, err := doc.MarshalMasked()
	if err != nil || strings.Contains(string(shown), "argon2id") {
		t.Errorf("the document shows a hash: %s %v", shown, err)
	}
	_, err = u.store.MergePatch(t.Context(), pdu.Origin{}, "", []byte(`{"accounts":[{"name":"gil","role":"user","password":"********"}]}`))
	wantCode(t, err, pdu.Invalid, config.CodeInvalid)
	if _, err := u.store.Schema(); err != nil {
		t.Error(err)
	}
}
