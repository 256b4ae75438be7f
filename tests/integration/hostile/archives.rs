//! Archives: bombs, nests, paths that lead out, links, damaged ones.

use std::io::{Cursor, Write as _};

use flate2::{Compression, write::GzEncoder};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::Case;
use super::Wants::{Any, Refused, Rows};

const PLACES: &[u8] = "名称,经度,纬度\n甲,114.3,30.5\n".as_bytes();

/// A zip of these members.
pub fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut w = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        w.start_file(*name, SimpleFileOptions::default()).unwrap();
        w.write_all(bytes).unwrap();
    }
    w.finish().unwrap().into_inner()
}

fn stored(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut w = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in members {
        w.start_file(*name, options).unwrap();
        w.write_all(bytes).unwrap();
    }
    w.finish().unwrap().into_inner()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gz = GzEncoder::new(Vec::new(), Compression::best());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

/// A link to a file of the system.
fn link(target: &str) -> Vec<u8> {
    let mut w = ZipWriter::new(Cursor::new(Vec::new()));
    w.add_symlink("a.csv", target, SimpleFileOptions::default())
        .unwrap();
    w.start_file("b.csv", SimpleFileOptions::default()).unwrap();
    w.write_all(PLACES).unwrap();
    w.finish().unwrap().into_inner()
}

/// The same member again and again in the directory: each entry points at the same bytes.
fn overlapping(times: usize, size: usize) -> Vec<u8> {
    let one = zipped(&[("a.csv", &vec![b'a'; size])]);
    let at = one.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    let end = one.windows(4).rposition(|w| w == b"PK\x05\x06").unwrap();
    let entry = &one[at..end];
    let mut out = one[..at].to_vec();
    for i in 0..times {
        let mut e = entry.to_vec();
        // `a.csv` becomes `0.csv` and so on: names of one length.
        e[46] = b'0' + u8::try_from(i % 75).unwrap();
        out.extend(e);
    }
    let length = u32::try_from(entry.len() * times).unwrap();
    let mut tail = one[end..].to_vec();
    let n = u16::try_from(times).unwrap().to_le_bytes();
    tail[8..10].copy_from_slice(&n);
    tail[10..12].copy_from_slice(&n);
    tail[12..16].copy_from_slice(&length.to_le_bytes());
    out.extend(tail);
    out
}

pub fn cases() -> Vec<Case> {
    let zeros = vec![0; 30 << 20];
    let block: Vec<u8> = (0u32..1 << 20)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let noise = block.repeat(40);
    let names: Vec<String> = (0..10_001).map(|i| format!("{i}.csv")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), b"".as_slice())).collect();
    let inner = zipped(&[("a.csv", PLACES)]);
    let two = zipped(&[("inner.zip", &inner)]);
    let three = zipped(&[("middle.zip", &two)]);
    let whole = zipped(&[("a.csv", PLACES)]);
    let mut encrypted = whole.clone();
    // The flag in both heads.
    encrypted[6] |= 1;
    let at = encrypted
        .windows(4)
        .rposition(|w| w == b"PK\x01\x02")
        .unwrap();
    encrypted[at + 8] |= 1;
    let mut bad_sum = stored(&[("a.csv", PLACES)]);
    let place = bad_sum
        .windows(4)
        .position(|w| w == "甲,".as_bytes())
        .unwrap();
    bad_sum[place] ^= 1;
    let mut lying = whole.clone();
    let end = lying.len() - 22;
    lying[end + 8..end + 12].copy_from_slice(&[0xff; 4]);
    let escape = |name: &'static str, about: &'static str, member: &str| {
        Case::new(
            name,
            about,
            stored(&[(member, PLACES)]),
            Refused("archive.path"),
        )
        .places()
    };
    // The head of an xz stream whose dictionary is 4 GiB.
    let mut xz = b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46".to_vec();
    xz.extend(b"\x02\0\x21\x01\x28\0\0\0");
    xz.extend(crc32(&xz[12..20]).to_le_bytes());
    xz.extend([0xe0, 0, 0, 0, 0]);
    vec![
        Case::new(
            "ratio.zip",
            "30 MiB of zeros in 30 KB",
            zipped(&[("a.csv", &zeros)]),
            Refused("archive.bomb"),
        )
        .places(),
        Case::new(
            "size.zip",
            "two members of 40 MiB each, where 64 MiB are allowed",
            stored(&[("a.csv", &noise), ("b.csv", &noise)]),
            Refused("archive.bomb"),
        )
        .places(),
        Case::new(
            "members.zip",
            "10,001 members",
            zipped(&many),
            Refused("archive.bomb"),
        )
        .places(),
        Case::new(
            "overlapping.zip",
            "75 members that are the same 5 MiB",
            overlapping(75, 5 << 20),
            Refused("archive.bomb"),
        )
        .places(),
        Case::new(
            "nested-2.zip",
            "a table in a zip in a zip",
            two.clone(),
            Rows(1),
        )
        .places(),
        Case::new(
            "nested-3.zip",
            "a table in three zips",
            three,
            Refused("file.unsupported"),
        )
        .places(),
        Case::new(
            "nested-bomb.zip",
            "a bomb in a zip in a zip",
            zipped(&[("a.zip", &zipped(&[("a.csv", &zeros)]))]),
            Refused("archive.bomb"),
        )
        .places(),
        escape("parent.zip", "a member `../a.csv`", "../a.csv"),
        escape(
            "inside-out.zip",
            "a member `x/../../a.csv`",
            "x/../../a.csv",
        ),
        escape("absolute.zip", "a member `/tmp/a.csv`", "/tmp/a.csv"),
        escape("backslash.zip", "a member `..\\a.csv`", "..\\a.csv"),
        escape("drive.zip", "a member `C:\\a.csv`", "C:\\a.csv"),
        escape("nul-name.zip", "a member with NUL in its name", "a\0.csv"),
        escape(
            "long-name.zip",
            "a member with a name of 300 bytes",
            &"n".repeat(300),
        ),
        Case::new(
            "link.zip",
            "a link to `/etc/passwd` beside a table",
            link("/etc/passwd"),
            Rows(1),
        )
        .places(),
        Case::new(
            "file-and-folder.zip",
            "a member that is a file and a folder",
            stored(&[("a.csv", PLACES), ("a.csv/b.csv", PLACES)]),
            Refused("archive.damaged"),
        )
        .places(),
        Case::new(
            "encrypted.zip",
            "a member with a password",
            encrypted,
            Refused("archive.encrypted"),
        )
        .places(),
        Case::new(
            "sum.zip",
            "a member whose checksum is wrong",
            bad_sum,
            Refused("archive.damaged"),
        )
        .places(),
        Case::new(
            "count.zip",
            "an end record that counts 65,535 members",
            lying,
            Any,
        )
        .places(),
        Case::new(
            "cut-head.zip",
            "cut after its first bytes",
            whole[..20].to_vec(),
            Refused("archive.damaged"),
        )
        .places(),
        Case::new(
            "cut-tail.zip",
            "cut before its directory",
            whole[..whole.len() - 40].to_vec(),
            Refused("archive.damaged"),
        )
        .places(),
        Case::new(
            "empty.zip",
            "no members",
            zipped(&[]),
            Refused("archive.without_data"),
        )
        .places(),
        Case::new(
            "pictures.zip",
            "nothing that is read",
            zipped(&[("a.png", b"\x89PNG\r\n\x1a\n")]),
            Any,
        )
        .places(),
        Case::new(
            "bomb.csv.gz",
            "30 MiB of zeros in a gzip stream",
            gzipped(&zeros),
            Refused("archive.bomb"),
        )
        .places(),
        Case::new(
            "cut.csv.gz",
            "a gzip stream cut in the middle",
            gzipped(PLACES)[..30].to_vec(),
            Refused("archive.damaged"),
        )
        .places(),
        Case::new(
            "nested.gz",
            "a stream in a stream in a stream",
            gzipped(&gzipped(&gzipped(PLACES))),
            Refused("file.unsupported"),
        )
        .places(),
        Case::new(
            "dictionary.xz",
            "an xz stream that asks for 4 GiB of memory",
            xz,
            Refused("archive.damaged"),
        )
        .places(),
    ]
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
