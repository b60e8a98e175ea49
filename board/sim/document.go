package sim

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// The documents of the API. What GET prints can be put back: members that only
// report are ignored when read.

type benchDocument struct {
	Seed       uint64           `json:"seed,omitzero"`
	Mains      mainsDocument    `json:"mains"`
	PowerCycle string           `json:"powerCycle"`
	Outlets    []outletDocument `json:"outlets"`
	Inlet      readingDocument  `json:"inlet"`
	Inputs     []inputDocument  `json:"inputs"`
	Recordings []recordingInfo  `json:"recordings"`
}

type mainsDocument struct {
	Voltage   float64 `json:"voltage"`
	Frequency float64 `json:"frequency"`
	On        bool    `json:"on"`
	Powered   bool    `json:"powered"` // on, and enough for the unit to live
	qualityDocument
}

// qualityDocument says how the mains differ from a steady sine; what they do not is
// left out.
type qualityDocument struct {
	Harmonics          []Harmonic `json:"harmonics,omitempty"`
	DriftHz            float64    `json:"driftHz,omitzero"`
	FlickerPercent     float64    `json:"flickerPercent,omitzero"`
	FlickerHz          float64    `json:"flickerHz,omitzero"`
	NoiseV             float64    `json:"noiseV,omitzero"`
	SourceOhm          float64    `json:"sourceOhm,omitzero"`
	SourceReactanceOhm float64    `json:"sourceReactanceOhm,omitzero"`
	Events             []Event    `json:"events,omitempty"` // to come, from now
}

type outletDocument struct {
	ID         pdu.OutputID    `json:"id"`
	Load       loadJSON        `json:"load"`
	Relay      relayDocument   `json:"relay"`
	Contact    pdu.Level       `json:"contact"`
	Operations uint64          `json:"operations"`
	State      any             `json:"state,omitempty"` // of the load, if it has one
	Reading    readingDocument `json:"reading"`
}

type relayDocument struct {
	Fault RelayFault `json:"fault"`
	RelayTiming
	Wear float64 `json:"wear,omitzero"` // of its life
}

type inputDocument struct {
	ID    pdu.InputID `json:"id"`
	Level pdu.Level   `json:"level"`
}

// readingDocument is a reading as the admin API writes it.
type readingDocument struct {
	VoltageV         float64 `json:"voltageV"`
	CurrentA         float64 `json:"currentA"`
	ActivePowerW     float64 `json:"activePowerW"`
	ApparentPowerVA  float64 `json:"apparentPowerVA"`
	ReactivePowerVAr float64 `json:"reactivePowerVAr"`
	PowerFactor      float64 `json:"powerFactor"`
	PhaseDeg         float64 `json:"phaseDeg"`
	CrestFactor      float64 `json:"crestFactor"`
}

func documentOf(r pdu.Reading) readingDocument {
	return readingDocument{r.VoltageV, r.CurrentA, r.ActivePowerW, r.ApparentPowerVA, r.ReactivePowerVAr, r.PowerFactor, r.PhaseDeg, r.CrestFactor}
}

// mainsDocument describes the mains. The caller holds mu.
func (b *Bench) mainsDocument() mainsDocument {
	m, q := b.hw.mains, b.wave.grid.quality
	return mainsDocument{m.VoltageV, m.FrequencyHz, m.On, b.powered(), qualityDocument{
		q.Harmonics, q.DriftHz, q.FlickerPercent, q.FlickerHz, q.NoiseV, q.SourceOhm, q.SourceReactanceOhm, b.events(),
	}}
}

// document describes the whole bench.
func (b *Bench) document() benchDocument {
	recordings := b.library.list()
	b.mu.Lock()
	defer b.mu.Unlock()
	d := benchDocument{
		Seed:       b.seed,
		Mains:      b.mainsDocument(),
		PowerCycle: b.hw.powerCycle,
		Outlets:    make([]outletDocument, len(b.plugged)),
		Inlet:      documentOf(b.latest.Inlet),
		Inputs:     make([]inputDocument, len(b.hw.inputs)),
		Recordings: recordings,
	}
	for k := range d.Outlets {
		d.Outlets[k] = b.outletLocked(pdu.OutputID(k + 1))
	}
	for k := range d.Inputs {
		d.Inputs[k] = inputDocument{pdu.InputID(k + 1), b.hw.inputs[k]}
	}
	return d
}

// outlet describes one outlet that exists.
func (b *Bench) outlet(id pdu.OutputID) outletDocument {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.outletLocked(id)
}

// outletLocked is outlet for a caller that holds mu.
func (b *Bench) outletLocked(id pdu.OutputID) outletDocument {
	r := b.hw.relays[id-1]
	d := outletDocument{ID: id, Load: loadJSON{b.plugged[id-1].spec}, Relay: relayDocument{r.fault, r.timing, r.wear}, Contact: r.contact, Operations: r.operations}
	if s, ok := b.plugged[id-1].source.(reporter); ok {
		d.State = s.report()
	}
	if int(id) <= len(b.latest.Outputs) {
		d.Reading = documentOf(b.latest.Outputs[id-1])
	}
	return d
}

// outletEdit is a change of one outlet; what is nil stays.
type outletEdit struct {
	load  Load
	fault *RelayFault
	phase *ServerPhase

	operate, release, spread, bounce *float64
}

func (e *outletEdit) fields() object {
	return object{
		"load":  loadMember(&e.load),
		"relay": {into: e.readRelay},
		"id":    ignored(), "contact": ignored(), "operations": ignored(), "reading": ignored(), "state": ignored(),
	}
}

// liveFields has what can be changed only in a bench that works, too.
func (e *outletEdit) liveFields() object {
	o := e.fields()
	o["server"] = nested(object{"phase": {required: true, into: e.readPhase}})
	return o
}

// readRelay is the member "relay", of which at least one member must be given.
func (e *outletEdit) readRelay(f *config.Faults, raw json.RawMessage) {
	before := f.Len()
	object{
		"fault": {into: e.readFault}, "operateMs": may(&e.operate), "releaseMs": may(&e.release),
		"spreadMs": may(&e.spread), "bounceMs": may(&e.bounce), "wear": ignored(),
	}.decode(f, raw)
	if e.timed() {
		e.timing(RelayTiming{}).check(f)
	} else if e.fault == nil && f.Len() == before {
		f.Add("fault", "field.missing", "is missing; give the fault, operateMs, releaseMs, spreadMs or bounceMs")
	}
}

// timed says whether the edit changes how the relay moves.
func (e *outletEdit) timed() bool {
	return e.operate != nil || e.release != nil || e.spread != nil || e.bounce != nil
}

// timing is how the relay moves after the edit.
func (e *outletEdit) timing(t RelayTiming) RelayTiming {
	set(&t.OperateMs, e.operate)
	set(&t.ReleaseMs, e.release)
	set(&t.SpreadMs, e.spread)
	set(&t.BounceMs, e.bounce)
	return t
}

// editRelay applies what the edit says of the relay.
func (b *Bench) editRelay(id pdu.OutputID, e *outletEdit) error {
	if e.timed() {
		b.mu.Lock()
		t := b.hw.relays[id-1].timing
		b.mu.Unlock()
		if err := b.SetRelayTiming(id, e.timing(t)); err != nil {
			return err
		}
	}
	if e.fault != nil {
		return b.SetRelayFault(id, *e.fault)
	}
	return nil
}

func (e *outletEdit) readFault(f *config.Faults, raw json.RawMessage) {
	var text string
	value(&text)(f, raw)
	fault := RelayFault(text)
	if !slices.Contains(faultCodes[:], fault) && f.Len() == 0 {
		f.Add("", "relay.fault", "%q is none of %s", text, relayFaults)
	}
	e.fault = &fault
}

func (e *outletEdit) readPhase(f *config.Faults, raw json.RawMessage) {
	var text string
	before := f.Len()
	value(&text)(f, raw)
	phase := ServerPhase(text)
	if !phase.Alive() && phase != ServerBoot && phase != ServerFrozen && f.Len() == before {
		f.Add("", "server.phase", "%q is none of boot, idle, busy, frozen", text)
	}
	e.phase = &phase
}

// checkPhase returns an Invalid error when the edit is for a server and the outlet
// will have none.
func (b *Bench) checkPhase(id pdu.OutputID, e outletEdit) error {
	if e.phase == nil {
		return nil
	}
	l := e.load
	if l == nil {
		b.mu.Lock()
		l = b.plugged[id-1].spec
		b.mu.Unlock()
	}
	if _, ok := l.(*Server); !ok {
		return pdu.Errorf(pdu.Invalid, "server.missing", "outlet %d has no server but a load of type %s; plug one in first", id, l.kind()).With("output", int(id))
	}
	return nil
}

// editOutlet applies an edit. What is wrong is found before anything changes, except
// that a server may just have lost its power.
func (b *Bench) editOutlet(id pdu.OutputID, e outletEdit) error {
	if err := b.checkPhase(id, e); err != nil {
		return err
	}
	if e.load != nil {
		if err := b.SetLoad(id, e.load); err != nil {
			return err
		}
	}
	if err := b.editRelay(id, &e); err != nil {
		return err
	}
	if e.phase != nil {
		return b.SetServerPhase(id, *e.phase)
	}
	return nil
}

// mainsEdit is a change of the mains; what is nil stays.
type mainsEdit struct {
	voltage, frequency *float64
	on                 *bool

	harmonics                    *[]Harmonic
	drift, flicker, flickerHz    *float64
	noise, resistance, reactance *float64
	events                       *[]Event
}

func (e *mainsEdit) fields() object {
	return object{
		"voltage": may(&e.voltage), "frequency": may(&e.frequency), "on": may(&e.on), "powered": ignored(),
		"harmonics": {into: readHarmonics(&e.harmonics)}, "driftHz": may(&e.drift),
		"flickerPercent": may(&e.flicker), "flickerHz": may(&e.flickerHz), "noiseV": may(&e.noise),
		"sourceOhm": may(&e.resistance), "sourceReactanceOhm": may(&e.reactance),
		"events": {into: readEvents(&e.events)},
	}
}

func (e *mainsEdit) apply(m Mains) Mains {
	set(&m.VoltageV, e.voltage)
	set(&m.FrequencyHz, e.frequency)
	set(&m.On, e.on)
	return m
}

func (e *mainsEdit) applyQuality(q Quality) Quality {
	set(&q.Harmonics, e.harmonics)
	set(&q.DriftHz, e.drift)
	set(&q.FlickerPercent, e.flicker)
	set(&q.FlickerHz, e.flickerHz)
	set(&q.NoiseV, e.noise)
	set(&q.SourceOhm, e.resistance)
	set(&q.SourceReactanceOhm, e.reactance)
	return q
}

// set changes what is given.
func set[T any](to *T, given *T) {
	if given != nil {
		*to = *given
	}
}

// check adds what would be wrong with the mains after the edit.
func (e *mainsEdit) check(b *Bench, f *config.Faults) {
	e.apply(b.mains()).check(f)
	e.applyQuality(b.quality()).check(f)
	if e.events != nil {
		checkEvents(f, *e.events)
	}
}

// edit applies an edit that check found in order.
func (e *mainsEdit) edit(b *Bench) error {
	if _, err := b.editMains(e.apply); err != nil {
		return err
	}
	if err := b.SetQuality(e.applyQuality(b.quality())); err != nil {
		return err
	}
	if e.events != nil {
		return b.SetEvents(*e.events)
	}
	return nil
}

// inputEdit is a change of one digital input; what is nil stays.
type inputEdit struct {
	level  *pdu.Level
	pulses uint32
}

// maxPulses bounds one request.
const maxPulses = 100_000

func (e *inputEdit) fields() object {
	return object{
		"level":  {into: e.readLevel},
		"pulses": {into: e.readPulses},
		"id":     ignored(),
	}
}

func (e *inputEdit) readLevel(f *config.Faults, raw json.RawMessage) {
	var text string
	value(&text)(f, raw)
	l := pdu.LevelOf(text == pdu.On.String())
	if text != l.String() && f.Len() == 0 {
		f.Add("", "input.level", "%q is neither on nor off", text)
	}
	e.level = &l
}

func (e *inputEdit) readPulses(f *config.Faults, raw json.RawMessage) {
	before := f.Len()
	value(&e.pulses)(f, raw)
	if f.Len() == before {
		inRange(f, "", float64(e.pulses), 1, maxPulses, "pulses")
	}
}

// checkInput returns a NotFound error for an input that does not exist.
func (b *Bench) checkInput(id int) error {
	if id < 1 || id > b.profile.Inputs {
		return pdu.Errorf(pdu.NotFound, "input.unknown", "input %d: the %s has %d inputs", id, b.profile.Name, b.profile.Inputs).With("input", id)
	}
	return nil
}

// editInput changes a digital input that exists and reports it.
func (b *Bench) editInput(id pdu.InputID, e inputEdit) inputDocument {
	b.mu.Lock()
	defer b.mu.Unlock()
	level := &b.hw.inputs[id-1]
	if e.level != nil {
		*level = *e.level
		b.save()
	}
	b.emit(pdu.BoardInput{Input: id, Level: *level, Pulses: e.pulses, At: time.Now()})
	b.nudge()
	return inputDocument{id, *level}
}

func (b *Bench) mains() Mains {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.hw.mains
}

func (b *Bench) quality() Quality {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.wave.grid.quality
}
