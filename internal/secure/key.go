package secure

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"ecrm/internal/durable"
)

// Key seals the secrets the server must be able to read again, such as the password
// of the mail server: whoever has the database alone cannot.
type Key struct{ cipher cipher.AEAD }

// ErrSealed is answered for what was sealed with another key, or for another purpose.
var ErrSealed = errors.New("sealed with another key")

const (
	keySize    = 32
	sealPrefix = "v1:"
)

// OpenKey reads the key from a file of mode 0600 and makes one where there is none.
// Servers on one database need the same file.
func OpenKey(path string) (*Key, error) {
	secret, err := os.ReadFile(path) //nolint:gosec // the operator's own data folder
	if errors.Is(err, fs.ErrNotExist) {
		secret = make([]byte, keySize)
		_, _ = rand.Read(secret) // never fails
		secret = []byte(base64.StdEncoding.EncodeToString(secret) + "\n")
		err = durable.WriteFile(path, secret, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("the key of sealed secrets: %w", err)
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(secret)))
	if err != nil || len(raw) != keySize {
		return nil, fmt.Errorf("%s holds no key of sealed secrets", path)
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &Key{aead}, err
}

// Seal seals a text for a purpose, which Open must name again.
func (k *Key) Seal(text, purpose string) string {
	nonce := make([]byte, k.cipher.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return sealPrefix + base64.StdEncoding.EncodeToString(k.cipher.Seal(nonce, nonce, []byte(text), []byte(purpose)))
}

// Open reads what Seal wrote; ErrSealed where this key cannot.
func (k *Key) Open(sealed, purpose string) (string, error) {
	rest, ok := strings.CutPrefix(sealed, sealPrefix)
	raw, err := base64.StdEncoding.DecodeString(rest)
	if !ok || err != nil || len(raw) < k.cipher.NonceSize() {
		return "", ErrSealed
	}
	text, err := k.cipher.Open(nil, raw[:k.cipher.NonceSize()], raw[k.cipher.NonceSize():], []byte(purpose))
	if err != nil {
		return "", ErrSealed
	}
	return string(text), nil
}
