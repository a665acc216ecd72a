#!/usr/bin/env bash
# Makes the fonts that documents are set in (internal/paper/fonts) out of Noto Sans TC and SC of the npm
# registry: what is printed needs no tables for other than horizontal text, and of the simplified font
# only what GB 2312 has or the traditional one lacks. Needs npm, zstd and Python with fontTools
# (Debian: zstd python3-fonttools). See docs/adr/0017-documents-as-pdf.md.
set -euo pipefail
cd "$(dirname "$0")/.."
to=$PWD/internal/paper/fonts
python=${PYTHON:-/usr/bin/python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for script in tc sc; do
  name=NotoSans${script^^}_400Regular.ttf
  npm pack --silent "@expo-google-fonts/noto-sans-$script@0.4.3" >/dev/null
  tar xzf "expo-google-fonts-noto-sans-$script-0.4.3.tgz" package/LICENSE_FONT "package/400Regular/$name"
  mv "package/400Regular/$name" "$script.ttf"
done
sha256sum --quiet --check <<'SUMS'
add35d53f70727657b4509531677c4e3712b67df3d54661efdee5d3a0c16d954  tc.ttf
d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16  sc.ttf
SUMS
"$python" - <<'PYTHON'
from fontTools import subset
from fontTools.ttLib import TTFont

def has(name):
    return set(TTFont(name).getBestCmap())

def encoded(codec):
    out = set()
    for c in range(0x10000):
        try:
            chr(c).encode(codec)
            out.add(c)
        except UnicodeEncodeError:
            pass
    return out

tc, sc = has("tc.ttf"), has("sc.ttf")
for name, wanted in (("tc", tc), ("sc", sc & (encoded("gb2312") | set(range(0x3100)) | (sc - tc)))):
    options = subset.Options(hinting=False, notdef_outline=True, name_IDs=["*"], layout_features=[])
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx"]
    font = subset.load_font(name + ".ttf", options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    subset.save_font(font, name + "-reduced.ttf", options)
PYTHON
for script in tc sc; do zstd -19 --quiet --force "$script-reduced.ttf" -o "$to/noto-sans-$script.ttf.zst"; done
cp package/LICENSE_FONT "$to/LICENSE"
ls -l "$to"
