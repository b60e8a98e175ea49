package usm

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"errors"
)

// What stands in this file is prescribed by old standards and drafts, and better
// ways exist; SNMPv3 clients know no others.
//
//   - DES can be broken by trying all keys. It is off until switched on.
//   - The CFB mode protects nothing by itself; each message carries a digest, and
//     it is checked before anything is decrypted.
//   - The two extensions of keys add length and no strength. They are needed when
//     AES-192 or AES-256 meets a short hash, and nothing uses them until chosen.

// Extension names a way to make a localised key longer.
type Extension string

// The ways of the field: draft-blumenthal-aes-usm-04 section 3.1.2.1 (net-snmp) and
// draft-reeder-snmpv3-usm-3desede-00 section 2.1 (Cisco and others).
const (
	NoExtension Extension = ""
	Blumenthal  Extension = "blumenthal"
	Reeder      Extension = "reeder"
)

// extend gives key with at least size octets.
func (x Extension) extend(auth Auth, key, engineID []byte, size int) []byte {
	spec, _ := auth.spec()
	last := key
	for len(key) < size {
		switch x {
		case Reeder:
			last = Localize(auth, PassphraseKey(auth, string(last)), engineID)
			key = append(key, last...)
		default:
			h := spec.hash()
			h.Write(key)
			key = h.Sum(key)
		}
	}
	return key[:size]
}

// desCipher is CBC-DES (RFC 3414 section 8).
type desCipher struct {
	block cipher.Block
	preIV [8]byte
}

func newDES(key []byte) (*desCipher, error) {
	block, err := des.NewCipher(key[:8])
	if err != nil {
		return nil, err
	}
	c := &desCipher{block: block}
	copy(c.preIV[:], key[8:16])
	return c, nil
}

func (c *desCipher) iv(salt []byte) []byte {
	iv := c.preIV
	for i := range iv {
		iv[i] ^= salt[i]
	}
	return iv[:]
}

// encrypt works in place and gives the data with its padding.
func (c *desCipher) encrypt(data []byte, _, _ uint32, salt []byte) []byte {
	if odd := len(data) % 8; odd != 0 {
		data = append(data, make([]byte, 8-odd)...)
	}
	cipher.NewCBCEncrypter(c.block, c.iv(salt)).CryptBlocks(data, data)
	return data
}

func (c *desCipher) decrypt(data []byte, _, _ uint32, salt []byte) error {
	if len(data)%8 != 0 {
		return errors.New("encrypted data is no multiple of eight octets")
	}
	cipher.NewCBCDecrypter(c.block, c.iv(salt)).CryptBlocks(data, data)
	return nil
}

// aesCipher is CFB128-AES with keys of 128, 192 or 256 bits (RFC 3826 section 3).
type aesCipher struct{ block cipher.Block }

func newAES(key []byte) (*aesCipher, error) {
	block, err := aes.NewCipher(key)
	return &aesCipher{block}, err
}

// iv is boots, time and salt (RFC 3826 section 3.1.2.1).
func (c *aesCipher) iv(boots, seconds uint32, salt []byte) []byte {
	iv := make([]byte, 0, aes.BlockSize)
	iv = appendUint32(iv, boots)
	iv = appendUint32(iv, seconds)
	return append(iv, salt...)
}

func (c *aesCipher) encrypt(data []byte, boots, seconds uint32, salt []byte) []byte {
	//lint:ignore SA1019 RFC 3826 prescribes this mode
	cipher.NewCFBEncrypter(c.block, c.iv(boots, seconds, salt)).XORKeyStream(data, data)
	return data
}

func (c *aesCipher) decrypt(data []byte, boots, seconds uint32, salt []byte) error {
	//lint:ignore SA1019 RFC 3826 prescribes this mode
	cipher.NewCFBDecrypter(c.block, c.iv(boots, seconds, salt)).XORKeyStream(data, data)
	return nil
}
