;; AES-256-GCM (NIST SP 800-38D) for one text, all of it but AES: the caller lays out the encrypted
;; counter blocks, and this adds them to the text and makes or checks the tag. In constant time:
;; no branch and no address depends on what is hashed or on the key.
;;
;; In memory, in bytes:
;;      0   the hash key H, 16
;;     16   the first encrypted counter block, which masks the tag, 16
;;     32   the others, which mask the text, as many as the text needs, 16,320 at most
;;  16384   the text, 16,320 at most; then its tag, 16; then room for as much again
;;
;; scripts/assemble.mjs makes gcm-code.ts of it.
(module
  (memory (export "memory") 1 1)

  ;; What the tag is, when $hash has returned: its first 8 bytes and its last.
  (global $tag_first (mut i64) (i64.const 0))
  (global $tag_last (mut i64) (i64.const 0))

  ;; Masks a text of $length bytes in its place, and puts its tag behind it.
  (func (export "seal") (param $length i32)
    (call $mask (local.get $length))
    (call $end_text (local.get $length))
    (call $hash (local.get $length))
    (i64.store offset=16384 (local.get $length) (global.get $tag_first))
    (i64.store offset=16392 (local.get $length) (global.get $tag_last)))

  ;; Unmasks the text that has its tag behind it. 1 if that is right; else what stands in the place
  ;; of the text is for nobody, and the result is 0.
  (func (export "open") (param $length i32) (result i32)
    (local $first i64) (local $last i64)
    (local.set $first (i64.load offset=16384 (local.get $length)))
    (local.set $last (i64.load offset=16392 (local.get $length)))
    (call $end_text (local.get $length))
    (call $hash (local.get $length))
    (call $mask (local.get $length))
    (i64.eqz (i64.or
      (i64.xor (local.get $first) (global.get $tag_first))
      (i64.xor (local.get $last) (global.get $tag_last)))))

  ;; In steps of 8 bytes: what it changes behind the text is nobody's.
  (func $mask (param $length i32)
    (local $at i32)
    (loop $words
      (i64.store offset=16384 (local.get $at) (i64.xor
        (i64.load offset=16384 (local.get $at))
        (i64.load offset=32 (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $words (i32.lt_u (local.get $at) (local.get $length)))))

  ;; Fills up the last block with zeros, and puts the block with the length behind it.
  (func $end_text (param $length i32)
    (local $blocks i32)
    (i64.store offset=16384 (local.get $length) (i64.const 0))
    (i64.store offset=16392 (local.get $length) (i64.const 0))
    (local.set $blocks (call $in_blocks (local.get $length)))
    (i64.store offset=16384 (local.get $blocks) (i64.const 0))
    (i64.store offset=16392 (local.get $blocks)
      (call $swapped (i64.shl (i64.extend_i32_u (local.get $length)) (i64.const 3)))))

  ;; The bytes of as many whole blocks as so many bytes take.
  (func $in_blocks (param $length i32) (result i32)
    (i32.and (i32.add (local.get $length) (i32.const 15)) (i32.const -16)))

  ;; GHASH (section 6.4) of the text and its length, with the tag's mask added.
  ;;
  ;; y = (y + block) * H for each block. y and H are halves of 64 bits, $y1 and $h1 the first. Of
  ;; each product of two halves, $product gives the low 64 bits; the high ones are the low ones of
  ;; the reversed halves, reversed. Karatsuba's rule saves one of four products.
  (func $hash (param $length i32)
    (local $at i32)
    (local $y0 i64) (local $y1 i64) (local $y0r i64) (local $y1r i64)
    (local $h0 i64) (local $h1 i64) (local $h0r i64) (local $h1r i64)
    (local $v0 i64) (local $v1 i64) (local $v2 i64) (local $v3 i64)
    (local $middle i64) (local $middle_r i64)
    (local.set $h1 (call $swapped (i64.load (i32.const 0))))
    (local.set $h0 (call $swapped (i64.load (i32.const 8))))
    (local.set $h1r (call $reversed (local.get $h1)))
    (local.set $h0r (call $reversed (local.get $h0)))
    (local.set $length (call $in_blocks (local.get $length)))
    (loop $blocks
      (local.set $y1 (i64.xor (local.get $y1)
        (call $swapped (i64.load offset=16384 (local.get $at)))))
      (local.set $y0 (i64.xor (local.get $y0)
        (call $swapped (i64.load offset=16392 (local.get $at)))))
      (local.set $y0r (call $reversed (local.get $y0)))
      (local.set $y1r (call $reversed (local.get $y1)))

      ;; The product's 256 bits, $v0 the lowest.
      (local.set $v0 (call $product (local.get $y0) (local.get $h0)))
      (local.set $v2 (call $product (local.get $y1) (local.get $h1)))
      (local.set $middle (i64.xor
        (i64.xor (local.get $v0) (local.get $v2))
        (call $product
          (i64.xor (local.get $y0) (local.get $y1))
          (i64.xor (local.get $h0) (local.get $h1)))))
      (local.set $v1 (call $product (local.get $y0r) (local.get $h0r)))
      (local.set $v3 (call $product (local.get $y1r) (local.get $h1r)))
      (local.set $middle_r (i64.xor
        (i64.xor (local.get $v1) (local.get $v3))
        (call $product
          (i64.xor (local.get $y0r) (local.get $y1r))
          (i64.xor (local.get $h0r) (local.get $h1r)))))
      (local.set $v1 (i64.xor (local.get $middle) (call $high_half (local.get $v1))))
      (local.set $v2 (i64.xor (local.get $v2) (call $high_half (local.get $middle_r))))
      (local.set $v3 (call $high_half (local.get $v3)))

      ;; GCM writes its bits the wrong way round, so the product stands one bit too low.
      (local.set $v3 (call $joined (local.get $v3) (local.get $v2)))
      (local.set $v2 (call $joined (local.get $v2) (local.get $v1)))
      (local.set $v1 (call $joined (local.get $v1) (local.get $v0)))
      (local.set $v0 (i64.shl (local.get $v0) (i64.const 1)))

      ;; Modulo x^128 + x^7 + x^2 + x + 1: the two lower quarters go into the two above each.
      (local.set $v1 (i64.xor (local.get $v1) (call $carried (local.get $v0))))
      (local.set $v2 (i64.xor (local.get $v2) (call $folded (local.get $v0))))
      (local.set $y0 (i64.xor (local.get $v2) (call $carried (local.get $v1))))
      (local.set $y1 (i64.xor (local.get $v3) (call $folded (local.get $v1))))

      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $blocks (i32.le_u (local.get $at) (local.get $length))))
    (global.set $tag_first (i64.xor (call $swapped (local.get $y1)) (i64.load (i32.const 16))))
    (global.set $tag_last (i64.xor (call $swapped (local.get $y0)) (i64.load (i32.const 24)))))

  ;; The low 64 bits of a product without carries. Of each factor four parts are made, with one bit
  ;; in four each. What an integer product of two such parts carries is masked off: it stays within
  ;; the three bits between those that count, since at most 15 ones meet in a bit, and 16 in the
  ;; highest, from which it falls out.
  (func $product (param $x i64) (param $y i64) (result i64)
    (local $x0 i64) (local $x1 i64) (local $x2 i64) (local $x3 i64)
    (local $y0 i64) (local $y1 i64) (local $y2 i64) (local $y3 i64)
    (local.set $x0 (i64.and (local.get $x) (i64.const 0x1111111111111111)))
    (local.set $x1 (i64.and (local.get $x) (i64.const 0x2222222222222222)))
    (local.set $x2 (i64.and (local.get $x) (i64.const 0x4444444444444444)))
    (local.set $x3 (i64.and (local.get $x) (i64.const 0x8888888888888888)))
    (local.set $y0 (i64.and (local.get $y) (i64.const 0x1111111111111111)))
    (local.set $y1 (i64.and (local.get $y) (i64.const 0x2222222222222222)))
    (local.set $y2 (i64.and (local.get $y) (i64.const 0x4444444444444444)))
    (local.set $y3 (i64.and (local.get $y) (i64.const 0x8888888888888888)))
    (i64.or
      (i64.or
        (i64.and (i64.const 0x1111111111111111) (i64.xor
          (i64.xor
            (i64.mul (local.get $x0) (local.get $y0))
            (i64.mul (local.get $x1) (local.get $y3)))
          (i64.xor
            (i64.mul (local.get $x2) (local.get $y2))
            (i64.mul (local.get $x3) (local.get $y1)))))
        (i64.and (i64.const 0x2222222222222222) (i64.xor
          (i64.xor
            (i64.mul (local.get $x0) (local.get $y1))
            (i64.mul (local.get $x1) (local.get $y0)))
          (i64.xor
            (i64.mul (local.get $x2) (local.get $y3))
            (i64.mul (local.get $x3) (local.get $y2))))))
      (i64.or
        (i64.and (i64.const 0x4444444444444444) (i64.xor
          (i64.xor
            (i64.mul (local.get $x0) (local.get $y2))
            (i64.mul (local.get $x1) (local.get $y1)))
          (i64.xor
            (i64.mul (local.get $x2) (local.get $y0))
            (i64.mul (local.get $x3) (local.get $y3)))))
        (i64.and (i64.const 0x8888888888888888) (i64.xor
          (i64.xor
            (i64.mul (local.get $x0) (local.get $y3))
            (i64.mul (local.get $x1) (local.get $y2)))
          (i64.xor
            (i64.mul (local.get $x2) (local.get $y1))
            (i64.mul (local.get $x3) (local.get $y0))))))))

  ;; The high 63 bits of a product, from the low 64 of that of the reversed factors.
  (func $high_half (param $low_r i64) (result i64)
    (i64.shr_u (call $reversed (local.get $low_r)) (i64.const 1)))

  ;; $x one bit higher, with the highest bit of $below.
  (func $joined (param $x i64) (param $below i64) (result i64)
    (i64.or
      (i64.shl (local.get $x) (i64.const 1))
      (i64.shr_u (local.get $below) (i64.const 63))))

  ;; $x times the polynomial without x^128, reversed: what falls into the quarter 128 bits above.
  (func $folded (param $x i64) (result i64)
    (i64.xor
      (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 1)))
      (i64.xor
        (i64.shr_u (local.get $x) (i64.const 2))
        (i64.shr_u (local.get $x) (i64.const 7)))))

  ;; The same, what falls into the one below that.
  (func $carried (param $x i64) (result i64)
    (i64.xor
      (i64.shl (local.get $x) (i64.const 63))
      (i64.xor
        (i64.shl (local.get $x) (i64.const 62))
        (i64.shl (local.get $x) (i64.const 57)))))

  ;; The bytes in reverse order: memory has the lowest first, GCM the highest.
  (func $swapped (param $x i64) (result i64)
    (local.set $x (i64.or
      (i64.and (i64.shr_u (local.get $x) (i64.const 8)) (i64.const 0x00ff00ff00ff00ff))
      (i64.shl (i64.and (local.get $x) (i64.const 0x00ff00ff00ff00ff)) (i64.const 8))))
    (local.set $x (i64.or
      (i64.and (i64.shr_u (local.get $x) (i64.const 16)) (i64.const 0x0000ffff0000ffff))
      (i64.shl (i64.and (local.get $x) (i64.const 0x0000ffff0000ffff)) (i64.const 16))))
    (i64.rotl (local.get $x) (i64.const 32)))

  ;; The bits in reverse order.
  (func $reversed (param $x i64) (result i64)
    (local.set $x (i64.or
      (i64.and (i64.shr_u (local.get $x) (i64.const 1)) (i64.const 0x5555555555555555))
      (i64.shl (i64.and (local.get $x) (i64.const 0x5555555555555555)) (i64.const 1))))
    (local.set $x (i64.or
      (i64.and (i64.shr_u (local.get $x) (i64.const 2)) (i64.const 0x3333333333333333))
      (i64.shl (i64.and (local.get $x) (i64.const 0x3333333333333333)) (i64.const 2))))
    (local.set $x (i64.or
      (i64.and (i64.shr_u (local.get $x) (i64.const 4)) (i64.const 0x0f0f0f0f0f0f0f0f))
      (i64.shl (i64.and (local.get $x) (i64.const 0x0f0f0f0f0f0f0f0f)) (i64.const 4))))
    (call $swapped (local.get $x))))
