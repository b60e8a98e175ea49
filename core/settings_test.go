package core

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

func openStore(t *testing.T, model string) *config.Store {
	t.Helper()
	dir, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dir.Close() })
	store, err := config.Open(dir, config.Options{Model: model, Sections: Sections()})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestFactorySettingsOfEveryModel(t *testing.T) {
	for _, id := range pdu.ProfileIDs() {
		store := openStore(t, id)
		want := store.Profile().DefaultSettings()
		same := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
		if diff := cmp.Diff(want, SettingsOf(store.Current()), same, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
}

func TestSettingsAreChecked(t *testing.T) {
	store := openStore(t, "8ks")
	for patch, path := range map[string]string{
		`{"device":{"name":"a\u0007b"}}`:                        "device.name",
		`{"device":{"name":"` + strings.Repeat("é", 65) + `"}}`: "device.name",
		`{"device":{"mac":"02:00"}}`:                            "device.mac",
		`{"device":{"serial":"Č"}}`:                             "device.serial",
		`{"device":{"timeZone":"Mars/Olympus"}}`:                "device.timeZone",
		`{"device":{"outputStartIntervalMs":-1}}`:               "device.outputStartIntervalMs",
		`{"outputs":[]}`:                                        "outputs",
		`{"inputs":[{"name":"a"},{"name":"b"}]}`:                "inputs",
		`{"inputs":[{"name":"\n"}]}`:                            "inputs[0].name",
	} {
		before := store.ETag()
		_, err := store.MergePatch(t.Context(), web, "", []byte(patch))
		faults, ok := errors.AsType[*config.FaultsError](err)
		if !ok || faults.Faults[0].Path != path {
			t.Errorf("%.60s: %v, want a fault at %s", patch, err, path)
		}
		if store.ETag() != before {
			t.Errorf("%.60s: something was stored", patch)
		}
	}
	for path, value := range map[string]string{
		"outputs[2].shortDelayMs":      "99",
		"outputs[7].shortDelayMs":      "9223372036854775807",
		"outputs[0].powerUp":           "maybe",
		"outputs[0].powerUpIntervalMs": "3600001",
		"outputs[3].name":              "a\tb",
	} {
		_, err := config.SetPath(t.Context(), store, web, path, value)
		faults, ok := errors.AsType[*config.FaultsError](err)
		if !ok || faults.Faults[0].Path != path {
			t.Errorf("%s=%s: %v", path, value, err)
		}
	}
}

func TestConfigurer(t *testing.T) {
	store := openStore(t, "4c")
	c := Configurer{Store: store}
	err := c.Configure(t.Context(), pdu.SettingsEdit{DeviceName: new("rack"), Outputs: map[pdu.OutputID]pdu.OutputEdit{
		2: {Name: new("router"), ShortDelay: new(1500 * time.Millisecond)},
	}}, web)
	if err != nil {
		t.Fatal(err)
	}
	s := SettingsOf(store.Current())
	if s.DeviceName != "rack" || s.Outputs[1].Name != "router" || s.Outputs[1].ShortDelay != 1500*time.Millisecond || s.Outputs[0].Name != "output_1" {
		t.Errorf("settings %+v", s)
	}
	before := store.ETag()
	err = c.Configure(t.Context(), pdu.SettingsEdit{DeviceName: new("other"), Outputs: map[pdu.OutputID]pdu.OutputEdit{5: {Name: new("x")}}}, web)
	if pdu.KindOf(err) != pdu.NotFound || store.ETag() != before {
		t.Errorf("an output that does not exist: %v; stored: %v", err, store.ETag() != before)
	}
	err = c.Configure(t.Context(), pdu.SettingsEdit{DeviceName: new("other"), Outputs: map[pdu.OutputID]pdu.OutputEdit{1: {ShortDelay: new(time.Millisecond)}}}, web)
	if pdu.KindOf(err) != pdu.Invalid || store.ETag() != before {
		t.Errorf("a delay out of range: %v; stored: %v", err, store.ETag() != before)
	}
}

func TestShortListsAreFilledUpWhenRead(t *testing.T) {
	p, _ := pdu.ProfileByID("8ks")
	outputs := OutputsConfig{{Name: "router", ShortDelayMs: 100, PowerUp: pdu.PowerUpOn}}
	outputs.Normalize(p)
	inputs := InputsConfig{}
	inputs.Normalize(p)
	if len(outputs) != 8 || outputs[0].Name != "router" || outputs[7].Name != "output_8" || len(inputs) != 1 {
		t.Errorf("%+v, %+v", outputs, inputs)
	}
}

func TestIdentity(t *testing.T) {
	store := openStore(t, "8ks")
	mac := NewMAC()
	if b, err := parseMAC(mac); err != nil || b[0]&0x03 != 0x02 || mac == NewMAC() {
		t.Errorf("%s is no fresh locally administered unicast address: %v", mac, err)
	}
	doc, err := store.Edit(t.Context(), web, "", func(d *config.Draft) error {
		config.Edit[DeviceConfig](d, "device").MAC = "02:00:00:12:34:ab"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if id := IdentityOf(doc, "4.0.0"); id.Serial != "0200001234AB" || id.Firmware != "4.0.0" || id.MAC != [6]byte{2, 0, 0, 0x12, 0x34, 0xab} {
		t.Errorf("identity %+v", id)
	}
}

func TestEngineFollowsTheStore(t *testing.T) {
	inBubble(t, func(u *unit) {
		store := openStore(u.t, "8ks")
		defer store.Subscribe(u.Engine)()
		_, err := store.Edit(u.t.Context(), web, "", func(d *config.Draft) error {
			(*config.Edit[OutputsConfig](d, "outputs"))[4].ShortDelayMs = 700
			return nil
		})
		if err != nil {
			u.t.Fatal(err)
		}
		r := u.do(m2m, one(5, pdu.ActionShortOn)...)
		if got := r.Snapshot.Output(5).Pulse.Delay; got != 700*time.Millisecond {
			u.t.Errorf("delay %v, want the new setting", got)
		}
	})
}
