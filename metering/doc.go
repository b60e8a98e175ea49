// Package metering turns sampled voltage and current into the quantities of a
// power meter: RMS values, active, apparent and reactive power, power factor,
// phase, frequency, crest factor, and forward and reverse energy in integer
// microwatt seconds.
//
// Everything is measured over whole mains cycles, 10 at 50 Hz and 12 at 60 Hz,
// about 200 ms, because the RMS value of a window that ends within a cycle is wrong
// by up to 0.5 % half a hertz off nominal (reference: metering-and-hardware.md 1).
// A window begins and ends at a rising zero crossing of the voltage, found between
// two samples; energy is integrated up to that very point, so that windows follow
// each other without gap or overlap and their energies add up to the integral of
// the samples. Simulated and real converters push into the same Meter.
//
// What a Meter does beyond that it does only when Config asks for it: harmonics and
// distortion, minima and maxima, the newest waveform, energy held back on empty
// outlets, and the errors of converters undone, which Calibrate derives.
// HalfCycleRMS and VoltageEvents find sags, swells and interruptions. docs/metering.md
// explains formulas, limits and what was measured.
//
// The package imports pdu only, starts no goroutine, knows no clock and does not
// log. A Meter belongs to the goroutine that pushes into it.
package metering
