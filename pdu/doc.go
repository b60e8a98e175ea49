// Package pdu is the domain of a smart power distribution unit: its types,
// events, errors, model profiles, and the ports through which everything else
// meets.
//
// Every package may import pdu; pdu imports the standard library only. It holds
// no state and starts no goroutine: live state belongs to the engine (package
// core), which is the only writer, and everybody else reads immutable snapshots.
//
// Quantities carry their unit in the name (VoltageV, EnergyMicroWs) or are typed
// (time.Duration). Outputs and inputs are numbered from 1, as they are printed
// on the housing and sent by every protocol.
package pdu
