; made by benchmarks.loops of loops.py ba139cecc932fe14f40953372afe79c9b16cc7e2ddda10d926578e4f9ab577d6
declare i32 @llvm.smax.i32(i32, i32)

declare i64 @llvm.smax.i64(i64, i64)

declare i32 @llvm.smin.i32(i32, i32)

declare i64 @llvm.smin.i64(i64, i64)

define i32 @correct(ptr %retptr, ptr %excinfo, ptr noalias %arg.planes, i64 %arg.plane, i64 %arg.stride, i64 %arg.first, i64 %arg.rows, i64 %arg.width, i64 %arg.channels, ptr noalias %arg.offsets, i64 %arg.pairs, ptr noalias %arg.clips, ptr noalias %arg.own, ptr noalias %arg.weights, i64 %arg.shift, i64 %arg.most, ptr noalias %arg.sums, ptr noalias %arg.shown) {
entry:
  %.51 = load i64, ptr %arg.clips, align 8
  %.52 = trunc i64 %.51 to i32
  %.53 = getelementptr i8, ptr %arg.clips, i64 8
  %.54 = load i64, ptr %.53, align 8
  %.55 = trunc i64 %.54 to i32
  %.65 = sub i32 0, %.52
  %.69 = sub i32 0, %.55
  %.159693.not = icmp slt i64 %arg.rows, 1
  br i1 %.159693.not, label %B2604, label %B248.if.lr.ph

B248.if.lr.ph:
  %.209 = add i64 %arg.channels, -1
  %.211 = mul i64 %.209, %arg.plane
  %0 = getelementptr i64, ptr %arg.sums, i64 %arg.width
  %.idx324 = shl i64 %arg.width, 4
  %1 = getelementptr i8, ptr %arg.sums, i64 %.idx324
  %factor.op.mul = mul i64 %arg.channels, 3
  %factor.op.mul445.reass = mul i64 %factor.op.mul, %arg.pairs
  %.1326 = mul i64 %arg.width, %arg.rows
  %.1495 = xor i64 %arg.most, -1
  %2 = getelementptr i16, ptr %arg.shown, i64 %.1326
  %.idx320 = shl i64 %.1326, 2
  %invariant.gep718 = getelementptr i8, ptr %arg.shown, i64 %.idx320
  %invariant.gep = getelementptr i32, ptr %arg.weights, i64 %factor.op.mul445.reass
  %3 = mul i64 %arg.plane, %.209
  %4 = shl i64 %3, 1
  %5 = shl i64 %arg.first, 1
  %6 = add i64 %4, %5
  %scevgep88 = getelementptr i8, ptr %arg.planes, i64 %6
  %7 = shl i64 %arg.stride, 1
  %8 = add i64 %arg.first, %arg.plane
  %9 = add i64 %arg.first, %.211
  %scevgep96 = getelementptr i8, ptr %arg.planes, i64 %5
  %10 = shl i64 %arg.plane, 1
  %11 = shl i64 %arg.width, 1
  br label %B248.if

B246.loopexit:
  %scevgep89 = getelementptr i8, ptr %lsr.iv, i64 %7
  %lsr.iv.next = add i64 %lsr.iv91, %arg.stride
  %lsr.iv.next93 = add i64 %lsr.iv92, %arg.stride
  %scevgep98 = getelementptr i8, ptr %lsr.iv97, i64 %7
  %scevgep112 = getelementptr i8, ptr %lsr.iv111, i64 %11
  %scevgep117 = getelementptr i8, ptr %lsr.iv116, i64 %11
  %scevgep124 = getelementptr i8, ptr %lsr.iv123, i64 %11
  %exitcond1086.not = icmp eq i64 %.172, %arg.rows
  br i1 %exitcond1086.not, label %B2604, label %B248.if

B730:
  %12 = icmp slt i64 %arg.channels, 1
  br i1 %12, label %B2022, label %B762.if.preheader

B762.if.preheader:
  br label %B762.if

B760.loopexit:
  %scevgep104 = getelementptr i8, ptr %lsr.iv103, i64 %10
  %exitcond1084.not = icmp eq i64 %arg.channels, %.573
  br i1 %exitcond1084.not, label %B2022, label %B762.if

B812.loopexit:
  %exitcond1083.not = icmp eq i64 %arg.pairs, %.703
  br i1 %exitcond1083.not, label %B760.loopexit, label %B814.if

B2022:
  %13 = icmp slt i64 %arg.width, 1
  br i1 %13, label %B246.loopexit, label %B2074.if.lr.ph

B2074.if.lr.ph:
  br label %B2074.if

B2604:
  store i64 0, ptr %retptr, align 8
  ret i32 0

B248.if:
  %lsr.iv123 = phi ptr [ %arg.shown, %B248.if.lr.ph ], [ %scevgep124, %B246.loopexit ]
  %lsr.iv116 = phi ptr [ %2, %B248.if.lr.ph ], [ %scevgep117, %B246.loopexit ]
  %lsr.iv111 = phi ptr [ %invariant.gep718, %B248.if.lr.ph ], [ %scevgep112, %B246.loopexit ]
  %lsr.iv97 = phi ptr [ %scevgep96, %B248.if.lr.ph ], [ %scevgep98, %B246.loopexit ]
  %lsr.iv92 = phi i64 [ %9, %B248.if.lr.ph ], [ %lsr.iv.next93, %B246.loopexit ]
  %lsr.iv91 = phi i64 [ %8, %B248.if.lr.ph ], [ %lsr.iv.next, %B246.loopexit ]
  %lsr.iv = phi ptr [ %scevgep88, %B248.if.lr.ph ], [ %scevgep89, %B246.loopexit ]
  %.165534704 = phi i64 [ 0, %B248.if.lr.ph ], [ %.172, %B246.loopexit ]
  %14 = icmp sgt i64 %arg.width, 0
  %smin119 = call i64 @llvm.smin.i64(i64 %lsr.iv91, i64 %lsr.iv92)
  %15 = shl i64 %smin119, 1
  %scevgep120 = getelementptr i8, ptr %arg.planes, i64 %15
  %smin = call i64 @llvm.smin.i64(i64 %lsr.iv91, i64 %lsr.iv92)
  %16 = shl i64 %smin, 1
  %scevgep94 = getelementptr i8, ptr %arg.planes, i64 %16
  %.172 = add i64 %.165534704, 1
  br i1 %14, label %B358.if.lr.ph, label %B730

B358.if.lr.ph:
  br label %B358.if

B358.if:
  %.338385387 = phi i64 [ 0, %B358.if.lr.ph ], [ %.345, %B358.if ]
  %.345 = add i64 %.338385387, 1
  %17 = shl i64 %.338385387, 1
  %scevgep99 = getelementptr i8, ptr %lsr.iv97, i64 %17
  %.374 = load i16, ptr %scevgep99, align 2
  %18 = shl i64 %.338385387, 1
  %scevgep95 = getelementptr i8, ptr %scevgep94, i64 %18
  %.379 = load i16, ptr %scevgep95, align 2
  %19 = shl i64 %.338385387, 1
  %scevgep90 = getelementptr i8, ptr %lsr.iv, i64 %19
  %.384 = load i16, ptr %scevgep90, align 2
  %.387 = load i32, ptr %arg.own, align 4
  %sunkaddr = getelementptr i8, ptr %arg.own, i64 4
  %.390 = load i32, ptr %sunkaddr, align 4
  %.391 = sext i32 %.390 to i64
  %.392 = sext i16 %.374 to i64
  %.393 = mul i64 %.391, %.392
  %.394 = sext i32 %.387 to i64
  %.395 = add i64 %.393, %.394
  %sunkaddr128 = getelementptr i8, ptr %arg.own, i64 8
  %.398 = load i32, ptr %sunkaddr128, align 4
  %.399 = sext i32 %.398 to i64
  %.400 = sext i16 %.379 to i64
  %.401 = mul i64 %.399, %.400
  %.402 = add i64 %.395, %.401
  %sunkaddr129 = getelementptr i8, ptr %arg.own, i64 12
  %.405 = load i32, ptr %sunkaddr129, align 4
  %.406 = sext i32 %.405 to i64
  %.407 = sext i16 %.384 to i64
  %.408 = mul i64 %.406, %.407
  %.409 = add i64 %.402, %.408
  %20 = shl i64 %.338385387, 3
  %scevgep100 = getelementptr i8, ptr %arg.sums, i64 %20
  store i64 %.409, ptr %scevgep100, align 8
  %sunkaddr130 = getelementptr i8, ptr %arg.own, i64 16
  %.415 = load i32, ptr %sunkaddr130, align 4
  %sunkaddr131 = getelementptr i8, ptr %arg.own, i64 20
  %.418 = load i32, ptr %sunkaddr131, align 4
  %.419 = sext i32 %.418 to i64
  %.421 = mul i64 %.419, %.392
  %.422 = sext i32 %.415 to i64
  %.423 = add i64 %.421, %.422
  %sunkaddr132 = getelementptr i8, ptr %arg.own, i64 24
  %.426 = load i32, ptr %sunkaddr132, align 4
  %.427 = sext i32 %.426 to i64
  %.429 = mul i64 %.427, %.400
  %.430 = add i64 %.423, %.429
  %sunkaddr133 = getelementptr i8, ptr %arg.own, i64 28
  %.433 = load i32, ptr %sunkaddr133, align 4
  %.434 = sext i32 %.433 to i64
  %.436 = mul i64 %.434, %.407
  %.437 = add i64 %.430, %.436
  %21 = shl i64 %.338385387, 3
  %scevgep87 = getelementptr i8, ptr %0, i64 %21
  store i64 %.437, ptr %scevgep87, align 8
  %sunkaddr134 = getelementptr i8, ptr %arg.own, i64 32
  %.445 = load i32, ptr %sunkaddr134, align 4
  %sunkaddr135 = getelementptr i8, ptr %arg.own, i64 36
  %.448 = load i32, ptr %sunkaddr135, align 4
  %.449 = sext i32 %.448 to i64
  %.451 = mul i64 %.449, %.392
  %.452 = sext i32 %.445 to i64
  %.453 = add i64 %.451, %.452
  %sunkaddr136 = getelementptr i8, ptr %arg.own, i64 40
  %.456 = load i32, ptr %sunkaddr136, align 4
  %.457 = sext i32 %.456 to i64
  %.459 = mul i64 %.457, %.400
  %.460 = add i64 %.453, %.459
  %sunkaddr137 = getelementptr i8, ptr %arg.own, i64 44
  %.463 = load i32, ptr %sunkaddr137, align 4
  %.464 = sext i32 %.463 to i64
  %.466 = mul i64 %.464, %.407
  %.467 = add i64 %.460, %.466
  %22 = shl i64 %.338385387, 3
  %scevgep = getelementptr i8, ptr %1, i64 %22
  store i64 %.467, ptr %scevgep, align 8
  %exitcond.not = icmp eq i64 %arg.width, %.345
  br i1 %exitcond.not, label %B730, label %B358.if

B762.if:
  %lsr.iv103 = phi ptr [ %lsr.iv97, %B762.if.preheader ], [ %scevgep104, %B760.loopexit ]
  %.566454494 = phi i64 [ %.573, %B760.loopexit ], [ 0, %B762.if.preheader ]
  %23 = icmp slt i64 %arg.pairs, 1
  %.573 = add i64 %.566454494, 1
  br i1 %23, label %B760.loopexit, label %B814.if.lr.ph

B814.if.lr.ph:
  %.746 = mul i64 %.566454494, %arg.pairs
  br label %B814.if

B814.if:
  %.696419439 = phi i64 [ 0, %B814.if.lr.ph ], [ %.703, %B812.loopexit ]
  %24 = icmp slt i64 %arg.width, 1
  %.703 = add i64 %.696419439, 1
  br i1 %24, label %B812.loopexit, label %B1132.if.lr.ph

B1132.if.lr.ph:
  %.747 = add i64 %.696419439, %.746
  %.748 = mul i64 %.747, 3
  %gep = getelementptr i32, ptr %invariant.gep, i64 %.748
  %25 = getelementptr i32, ptr %gep, i64 %factor.op.mul445.reass
  %.804 = getelementptr i8, ptr %25, i64 8
  %.805 = load i32, ptr %.804, align 4
  %.800 = getelementptr i8, ptr %25, i64 4
  %.801 = load i32, ptr %.800, align 4
  %.797 = load i32, ptr %25, align 4
  %.783 = getelementptr i8, ptr %gep, i64 8
  %.784 = load i32, ptr %.783, align 4
  %.779 = getelementptr i8, ptr %gep, i64 4
  %.780 = load i32, ptr %.779, align 4
  %.776 = load i32, ptr %gep, align 4
  %26 = getelementptr i32, ptr %arg.weights, i64 %.748
  %.762 = getelementptr i8, ptr %26, i64 8
  %.763 = load i32, ptr %.762, align 4
  %.758 = getelementptr i8, ptr %26, i64 4
  %.759 = load i32, ptr %.758, align 4
  %.755 = load i32, ptr %26, align 4
  %.729 = getelementptr i64, ptr %arg.offsets, i64 %.696419439
  %.730 = load i64, ptr %.729, align 8
  %.1214 = sext i32 %.755 to i64
  %.1218 = sext i32 %.759 to i64
  %.1223 = sext i32 %.763 to i64
  %.1237 = sext i32 %.776 to i64
  %.1241 = sext i32 %.780 to i64
  %.1246 = sext i32 %.784 to i64
  %.1261 = sext i32 %.797 to i64
  %.1265 = sext i32 %.801 to i64
  %.1270 = sext i32 %.805 to i64
  %27 = shl i64 %.730, 1
  %scevgep105 = getelementptr i8, ptr %lsr.iv103, i64 %27
  %28 = mul i64 %.730, -2
  %scevgep108 = getelementptr i8, ptr %lsr.iv103, i64 %28
  br label %B1132.if

B1132.if:
  %.902398407 = phi i64 [ 0, %B1132.if.lr.ph ], [ %.909, %B1132.if ]
  %.909 = add i64 %.902398407, 1
  %29 = shl i64 %.902398407, 1
  %scevgep109 = getelementptr i8, ptr %scevgep108, i64 %29
  %.938 = load i16, ptr %scevgep109, align 2
  %30 = shl i64 %.902398407, 1
  %scevgep107 = getelementptr i8, ptr %lsr.iv103, i64 %30
  %.944 = load i16, ptr %scevgep107, align 2
  %.946 = sext i16 %.938 to i64
  %.947 = sext i16 %.944 to i64
  %.948 = sub i64 %.946, %.947
  %.949 = trunc i64 %.948 to i32
  %31 = shl i64 %.902398407, 1
  %scevgep106 = getelementptr i8, ptr %scevgep105, i64 %31
  %.954 = load i16, ptr %scevgep106, align 2
  %.962 = sext i16 %.954 to i64
  %.964 = sub i64 %.962, %.947
  %.965 = trunc i64 %.964 to i32
  %.968 = add i64 %.964, %.948
  %.13.i73 = call i32 @llvm.smin.i32(i32 %.52, i32 %.949)
  %.13.i74 = call i32 @llvm.smax.i32(i32 %.65, i32 %.13.i73)
  %.13.i75 = call i32 @llvm.smin.i32(i32 %.52, i32 %.965)
  %.13.i76 = call i32 @llvm.smax.i32(i32 %.65, i32 %.13.i75)
  %.1088 = add i32 %.13.i76, %.13.i74
  %.13.i77 = call i32 @llvm.smin.i32(i32 %.55, i32 %.949)
  %.13.i78 = call i32 @llvm.smax.i32(i32 %.69, i32 %.13.i77)
  %.13.i79 = call i32 @llvm.smin.i32(i32 %.55, i32 %.965)
  %.13.i80 = call i32 @llvm.smax.i32(i32 %.69, i32 %.13.i79)
  %.1208 = add i32 %.13.i80, %.13.i78
  %32 = shl i64 %.902398407, 3
  %scevgep110 = getelementptr i8, ptr %arg.sums, i64 %32
  %.1212 = load i64, ptr %scevgep110, align 8
  %.1216 = mul i64 %.968, %.1214
  %.1219 = sext i32 %.1088 to i64
  %.1220 = mul i64 %.1219, %.1218
  %.1224 = sext i32 %.1208 to i64
  %.1225 = mul i64 %.1224, %.1223
  %.1221 = add i64 %.1216, %.1212
  %.1226 = add i64 %.1221, %.1220
  %.1227 = add i64 %.1226, %.1225
  store i64 %.1227, ptr %scevgep110, align 8
  %33 = shl i64 %.902398407, 3
  %scevgep102 = getelementptr i8, ptr %0, i64 %33
  %.1235 = load i64, ptr %scevgep102, align 8
  %.1239 = mul i64 %.968, %.1237
  %.1243 = mul i64 %.1219, %.1241
  %.1248 = mul i64 %.1224, %.1246
  %.1244 = add i64 %.1239, %.1235
  %.1249 = add i64 %.1244, %.1243
  %.1250 = add i64 %.1249, %.1248
  store i64 %.1250, ptr %scevgep102, align 8
  %34 = shl i64 %.902398407, 3
  %scevgep101 = getelementptr i8, ptr %1, i64 %34
  %.1259 = load i64, ptr %scevgep101, align 8
  %.1263 = mul i64 %.968, %.1261
  %.1267 = mul i64 %.1219, %.1265
  %.1272 = mul i64 %.1224, %.1270
  %.1268 = add i64 %.1259, %.1263
  %.1273 = add i64 %.1268, %.1267
  %.1274 = add i64 %.1273, %.1272
  store i64 %.1274, ptr %scevgep101, align 8
  %exitcond1082.not = icmp eq i64 %arg.width, %.909
  br i1 %exitcond1082.not, label %B812.loopexit, label %B1132.if

B2074.if:
  %.1420508515 = phi i64 [ 0, %B2074.if.lr.ph ], [ %.1427, %B2074.if ]
  %.1427 = add i64 %.1420508515, 1
  %35 = shl i64 %.1420508515, 3
  %scevgep127 = getelementptr i8, ptr %arg.sums, i64 %35
  %.1454 = load i64, ptr %scevgep127, align 8
  %.1456 = ashr i64 %.1454, %arg.shift
  %36 = shl i64 %.1420508515, 1
  %scevgep126 = getelementptr i8, ptr %lsr.iv97, i64 %36
  %.1461 = load i16, ptr %scevgep126, align 2
  %.1462 = sext i16 %.1461 to i64
  %.1463 = add i64 %.1456, %.1462
  %.13.i81 = call i64 @llvm.smin.i64(i64 %arg.most, i64 %.1463)
  %.13.i82 = call i64 @llvm.smax.i64(i64 %.1495, i64 %.13.i81)
  %.1524 = trunc i64 %.13.i82 to i16
  %37 = shl i64 %.1420508515, 1
  %scevgep125 = getelementptr i8, ptr %lsr.iv123, i64 %37
  store i16 %.1524, ptr %scevgep125, align 2
  %38 = shl i64 %.1420508515, 3
  %scevgep122 = getelementptr i8, ptr %0, i64 %38
  %.1534 = load i64, ptr %scevgep122, align 8
  %.1536 = ashr i64 %.1534, %arg.shift
  %39 = shl i64 %.1420508515, 1
  %scevgep121 = getelementptr i8, ptr %scevgep120, i64 %39
  %.1541 = load i16, ptr %scevgep121, align 2
  %.1542 = sext i16 %.1541 to i64
  %.1543 = add i64 %.1536, %.1542
  %.13.i83 = call i64 @llvm.smin.i64(i64 %arg.most, i64 %.1543)
  %.13.i84 = call i64 @llvm.smax.i64(i64 %.1495, i64 %.13.i83)
  %.1604 = trunc i64 %.13.i84 to i16
  %40 = shl i64 %.1420508515, 1
  %scevgep118 = getelementptr i8, ptr %lsr.iv116, i64 %40
  store i16 %.1604, ptr %scevgep118, align 2
  %41 = shl i64 %.1420508515, 3
  %scevgep115 = getelementptr i8, ptr %1, i64 %41
  %.1617 = load i64, ptr %scevgep115, align 8
  %.1619 = ashr i64 %.1617, %arg.shift
  %42 = shl i64 %.1420508515, 1
  %scevgep114 = getelementptr i8, ptr %lsr.iv, i64 %42
  %.1624 = load i16, ptr %scevgep114, align 2
  %.1625 = sext i16 %.1624 to i64
  %.1626 = add i64 %.1619, %.1625
  %.13.i85 = call i64 @llvm.smin.i64(i64 %arg.most, i64 %.1626)
  %.13.i86 = call i64 @llvm.smax.i64(i64 %.1495, i64 %.13.i85)
  %.1687 = trunc i64 %.13.i86 to i16
  %43 = shl i64 %.1420508515, 1
  %scevgep113 = getelementptr i8, ptr %lsr.iv111, i64 %43
  store i16 %.1687, ptr %scevgep113, align 2
  %exitcond1085.not = icmp eq i64 %arg.width, %.1427
  br i1 %exitcond1085.not, label %B246.loopexit, label %B2074.if
}
