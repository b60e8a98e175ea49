package auth

import (
	"context"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// Ports are the ways to the engine.
type Ports struct {
	pdu.Reader
	pdu.Switcher
	pdu.Configurer
}

// Guarded is the engine as one account may see and use it. What the account may
// not do is a Forbidden error with CodeForbidden. It holds the role of the moment
// at which it was made: make one for each request.
type Guarded struct {
	id    Identity
	ports Ports
}

var (
	_ pdu.Reader     = (*Guarded)(nil)
	_ pdu.Switcher   = (*Guarded)(nil)
	_ pdu.Configurer = (*Guarded)(nil)
)

// Guard gives id's view of the engine.
func Guard(id Identity, ports Ports) *Guarded { return &Guarded{id, ports} }

// Snapshot implements pdu.Reader and needs CanLogin. Without it the snapshot shows
// the model and nothing else.
func (g *Guarded) Snapshot() *pdu.Snapshot {
	if g.id.May(CanLogin) {
		return g.ports.Reader.Snapshot()
	}
	p := g.ports.Reader.Snapshot().Profile
	settings := p.DefaultSettings()
	return &pdu.Snapshot{Profile: p, Settings: &settings}
}

// Watch implements pdu.Reader and needs CanLogin. Without it the watcher has only
// the error.
func (g *Guarded) Watch() pdu.Watcher {
	if err := g.id.Require(CanLogin); err != nil {
		return refusedWatcher{g.Snapshot(), err}
	}
	return g.ports.Reader.Watch()
}

// Do implements pdu.Switcher and needs CanControlOutputs. The command's origin names
// this account, whatever it named before.
func (g *Guarded) Do(ctx context.Context, cmd pdu.Command) (pdu.Result, error) {
	if err := g.id.Require(CanControlOutputs); err != nil {
		return pdu.Result{}, err
	}
	cmd.Origin = g.sign(cmd.Origin)
	return g.ports.Switcher.Do(ctx, cmd)
}

// ResetEnergy implements pdu.Switcher and needs CanAlterOutputs.
func (g *Guarded) ResetEnergy(ctx context.Context, outputs []pdu.OutputID, origin pdu.Origin) error {
	if err := g.id.Require(CanAlterOutputs); err != nil {
		return err
	}
	return g.ports.Switcher.ResetEnergy(ctx, outputs, g.sign(origin))
}

// Configure implements pdu.Configurer. It needs CanAlterOutputs for settings of
// outputs, CanAlterSettings for the name of the device, and CanLogin for an edit of
// nothing.
func (g *Guarded) Configure(ctx context.Context, edit pdu.SettingsEdit, origin pdu.Origin) error {
	needs := []Privilege{CanLogin}
	if len(edit.Outputs) > 0 {
		needs = append(needs, CanAlterOutputs)
	}
	if edit.DeviceName != nil {
		needs = append(needs, CanAlterSettings)
	}
	for _, p := range needs {
		if err := g.id.Require(p); err != nil {
			return err
		}
	}
	return g.ports.Configurer.Configure(ctx, edit, g.sign(origin))
}

// sign puts the account into an origin, so that the trail of events tells the truth.
func (g *Guarded) sign(o pdu.Origin) pdu.Origin {
	o.User, o.Addr = g.id.User, g.id.Addr
	return o
}

// refusedWatcher is the place in the list of changes of somebody who may not read.
type refusedWatcher struct {
	snapshot *pdu.Snapshot
	err      error
}

func (w refusedWatcher) Snapshot() *pdu.Snapshot { return w.snapshot }

func (w refusedWatcher) Next(context.Context) (pdu.Change, error) { return pdu.Change{}, w.err }
