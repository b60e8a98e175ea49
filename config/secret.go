package config

import (
	"encoding/json"
	"log/slog"
)

// Mask stands for a secret wherever a document is shown. Giving it back in an edit
// keeps the stored value; it can therefore not be a secret itself.
const Mask = "********"

// Secret is a string that is stored in secrets.json and masked everywhere else:
// JSON, logs and formatting show Mask. Use string(s) to get the value. An empty
// secret is shown as empty.
type Secret string

// String gives the mask.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return Mask
}

// GoString gives the mask.
func (s Secret) GoString() string { return s.String() }

// LogValue gives the mask.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON writes the mask.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }
