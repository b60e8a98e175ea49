package sim

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"os"

	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// hardwareFile keeps the hardware in the state folder.
const hardwareFile = "bench.state"

// hardware is what does not die with the process.
type hardware struct {
	powerCycle string
	mains      Mains
	relays     []relay     // index = output - 1
	inputs     []pdu.Level // index = input - 1
	frozen     []bool      // index = output - 1: the server there hangs
}

// newHardware is a unit fresh from the factory, plugged in: contacts off.
func newHardware(p *pdu.Profile) hardware {
	hw := hardware{
		powerCycle: rand.Text(),
		mains:      Mains{VoltageV: nominalV, FrequencyHz: 50, On: true},
		relays:     make([]relay, p.Outputs),
		inputs:     make([]pdu.Level, p.Inputs),
		frozen:     make([]bool, p.Outputs),
	}
	for k := range hw.relays {
		hw.relays[k] = relay{contact: pdu.Off, coming: pdu.Off, fault: RelayHealthy}
	}
	for k := range hw.inputs {
		hw.inputs[k] = pdu.Off
	}
	return hw
}

// The file is one record, little-endian, its length given by the model:
//
//	"ZCB2"  outputs u8  inputs u8  mains on u8  power cycle [26]byte
//	voltage f64  frequency f64
//	per output: contact u8, fault u8, operations u64, wear f64,
//	            operate f64, release f64, spread f64, bounce f64 (ms), frozen u8
//	per input: level u8
//	CRC-32 (IEEE) of everything before, u32
const (
	hardwareMagic  = "ZCB2"
	powerCycleSize = 26 // of rand.Text
)

// faultCodes gives each fault its number in the file.
var faultCodes = [...]RelayFault{RelayHealthy, RelayStuck, RelayWelded, RelayDead}

// encode appends the record to b.
func (hw *hardware) encode(b []byte) []byte {
	b = append(b, hardwareMagic...)
	b = append(b, byte(len(hw.relays)), byte(len(hw.inputs)), flag(hw.mains.On))
	b = append(b, hw.powerCycle...)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(hw.mains.VoltageV))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(hw.mains.FrequencyHz))
	for k, r := range hw.relays {
		code := 0
		for c, f := range faultCodes {
			if f == r.fault {
				code = c
			}
		}
		b = append(b, byte(r.coming), byte(code))
		b = binary.LittleEndian.AppendUint64(b, r.operations)
		for _, x := range [...]float64{r.wear, r.timing.OperateMs, r.timing.ReleaseMs, r.timing.SpreadMs, r.timing.BounceMs} {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
		b = append(b, flag(hw.frozen[k]))
	}
	for _, l := range hw.inputs {
		b = append(b, byte(l))
	}
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

func flag(on bool) byte {
	if on {
		return 1
	}
	return 0
}

// decodeHardware reads a record of the given model.
func decodeHardware(b []byte, p *pdu.Profile) (hardware, error) {
	hw := newHardware(p)
	if len(b) < len(hardwareMagic)+4 || string(b[:len(hardwareMagic)]) != hardwareMagic {
		return hw, errors.New("not a record of this version")
	}
	body, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return hw, errors.New("checksum is wrong")
	}
	if want := len(hw.encode(nil)); len(b) != want || int(b[4]) != p.Outputs || int(b[5]) != p.Inputs {
		return hw, fmt.Errorf("record of another model: %d outputs, %d inputs", b[4], b[5])
	}
	hw.mains.On = b[6] == 1
	at := 7 + powerCycleSize
	hw.powerCycle = string(b[7:at])
	hw.mains.VoltageV = math.Float64frombits(binary.LittleEndian.Uint64(b[at:]))
	hw.mains.FrequencyHz = math.Float64frombits(binary.LittleEndian.Uint64(b[at+8:]))
	at += 16
	var f config.Faults
	for k := range hw.relays {
		l, code := pdu.Level(b[at]), int(b[at+1])
		if l != pdu.On && l != pdu.Off || code >= len(faultCodes) {
			return hw, fmt.Errorf("relay %d: position %d, fault %d", k+1, l, code)
		}
		r := relay{contact: l, coming: l, operations: binary.LittleEndian.Uint64(b[at+2:]), fault: faultCodes[code]}
		at += 10
		for _, to := range [...]*float64{&r.wear, &r.timing.OperateMs, &r.timing.ReleaseMs, &r.timing.SpreadMs, &r.timing.BounceMs} {
			*to = math.Float64frombits(binary.LittleEndian.Uint64(b[at:]))
			at += 8
		}
		hw.frozen[k] = b[at] == 1
		at++
		inRange(&f, "wear", r.wear, 0, math.MaxFloat64, "")
		r.timing.check(&f)
		hw.relays[k] = r
	}
	for k := range hw.inputs {
		hw.inputs[k] = pdu.LevelOf(pdu.Level(b[at+k]) == pdu.On)
	}
	hw.mains.check(&f)
	return hw, f.Err()
}

// hardwareStore writes the record. The zero value keeps nothing.
type hardwareStore struct {
	file *os.File
	buf  []byte
}

// openHardware reads the hardware from dir. A file that cannot be trusted becomes a
// new unit with all contacts off, as after a long time in a drawer, and is said so.
func openHardware(dir *os.Root, p *pdu.Profile, log *slog.Logger) (*hardwareStore, hardware, error) {
	if dir == nil {
		return &hardwareStore{}, newHardware(p), nil
	}
	file, err := dir.OpenFile(hardwareFile, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, hardware{}, fmt.Errorf("open the bench's hardware in the state folder: %w", err)
	}
	s := &hardwareStore{file: file}
	raw, err := io.ReadAll(io.LimitReader(file, 1<<16))
	if err != nil {
		return nil, hardware{}, errors.Join(fmt.Errorf("read %s in the state folder: %w", hardwareFile, err), s.close())
	}
	hw := newHardware(p)
	if len(raw) > 0 {
		read, err := decodeHardware(raw, p)
		if err == nil {
			return s, read, nil
		}
		log.Error("bench hardware is corrupt: starting a new power cycle with all contacts off", "file", hardwareFile, "error", err)
	}
	if err := errors.Join(file.Truncate(0), s.save(&hw)); err != nil {
		return nil, hardware{}, errors.Join(fmt.Errorf("write %s in the state folder: %w", hardwareFile, err), s.close())
	}
	return s, hw, nil
}

// save overwrites the record in place. One write to the cache of the kernel outlives
// the process, which is all that simulated hardware has to.
func (s *hardwareStore) save(hw *hardware) error {
	if s.file == nil {
		return nil
	}
	s.buf = hw.encode(s.buf[:0])
	_, err := s.file.WriteAt(s.buf, 0)
	return err
}

func (s *hardwareStore) close() error {
	if s.file == nil {
		return nil
	}
	if err := s.file.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return err
	}
	return nil
}
