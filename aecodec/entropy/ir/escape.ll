; made by benchmarks.loops of loops.py 42692b4801ccd4f70286a96dcae8c152657768a7d61f3755e9e1f55931008877
define i32 @escape.numba(ptr %retptr, ptr %excinfo, ptr %arg.symbols, ptr %arg.low, ptr %arg.high, i64 %arg.count, ptr %arg.bits) {
B0.endif:
  %.101128.not = icmp slt i64 %arg.count, 1
  br i1 %.101128.not, label %B284, label %B40.preheader

B40.preheader:
  %scevgep = getelementptr i8, ptr %arg.bits, i64 3
  br label %B40

B38.loopexit:
  %at.4.1.lcssa = phi i64 [ %at.3.0131, %B184.endif ], [ %lsr.iv.next3, %B246 ], [ %lsr.iv.next3, %B246.prol.loopexit ]
  %exitcond137.not = icmp eq i64 %arg.count, %.114
  br i1 %exitcond137.not, label %B284, label %B40

B40:
  %at.3.0131 = phi i64 [ %at.4.1.lcssa, %B38.loopexit ], [ 0, %B40.preheader ]
  %.107123129 = phi i64 [ %.114, %B38.loopexit ], [ 0, %B40.preheader ]
  %.114 = add i64 %.107123129, 1
  %.144 = getelementptr i64, ptr %arg.symbols, i64 %.107123129
  %.145 = load i64, ptr %.144, align 8
  %.148 = getelementptr i64, ptr %arg.low, i64 %.107123129
  %.149 = load i64, ptr %.148, align 8
  %.150 = icmp sgt i64 %.149, %.145
  br i1 %.150, label %B82, label %B116

B82:
  %.166 = sub i64 %.149, %.145
  br label %B148

B116:
  %.177 = getelementptr i64, ptr %arg.high, i64 %.107123129
  %.178 = load i64, ptr %.177, align 8
  %.181 = sub i64 %.145, %.178
  br label %B148

B148:
  %"$phi148.1.2.1" = phi i64 [ %.166, %B82 ], [ %.181, %B116 ]
  %.199.not = icmp eq i64 %"$phi148.1.2.1", 0
  br i1 %.199.not, label %B184.endif, label %B164.preheader

B164.preheader:
  %0 = sub i64 -2, %at.3.0131
  br label %B164

B164:
  %lsr.iv16 = phi i64 [ %0, %B164.preheader ], [ %lsr.iv.next17, %B164 ]
  %lsr.iv4 = phi i64 [ 1, %B164.preheader ], [ %lsr.iv.next5, %B164 ]
  %lsr.iv2 = phi i64 [ %at.3.0131, %B164.preheader ], [ %lsr.iv.next3, %B164 ]
  %lsr.iv = phi i64 [ 0, %B164.preheader ], [ %lsr.iv.next, %B164 ]
  %.208 = ashr i64 %"$phi148.1.2.1", %lsr.iv4
  %.209.not = icmp eq i64 %.208, 0
  %lsr.iv.next = add i64 %lsr.iv, -1
  %lsr.iv.next3 = add i64 %lsr.iv2, 2
  %lsr.iv.next5 = add i64 %lsr.iv4, 1
  %lsr.iv.next17 = add i64 %lsr.iv16, -2
  br i1 %.209.not, label %B246.preheader, label %B164

B246:
  %lsr.iv18 = phi i64 [ 0, %B246.preheader1 ], [ %lsr.iv.next19, %B246 ]
  %lsr.iv11 = phi ptr [ %scevgep10, %B246.preheader1 ], [ %scevgep12, %B246 ]
  %1 = add i64 %.312114118.unr, %lsr.iv18
  %2 = add i64 %1, -1
  %.352113 = lshr i64 %"$phi148.1.2.1", %2
  %3 = trunc i64 %.352113 to i8
  %.356 = and i8 %3, 1
  %scevgep15 = getelementptr i8, ptr %lsr.iv11, i64 -3
  store i8 %.356, ptr %scevgep15, align 1
  %4 = add i64 %.312114118.unr, %lsr.iv18
  %5 = add i64 %4, -2
  %.352113.1 = lshr i64 %"$phi148.1.2.1", %5
  %6 = trunc i64 %.352113.1 to i8
  %.356.1 = and i8 %6, 1
  %scevgep14 = getelementptr i8, ptr %lsr.iv11, i64 -2
  store i8 %.356.1, ptr %scevgep14, align 1
  %7 = add i64 %.312114118.unr, %lsr.iv18
  %8 = add i64 %7, -3
  %.352113.2 = lshr i64 %"$phi148.1.2.1", %8
  %9 = trunc i64 %.352113.2 to i8
  %.356.2 = and i8 %9, 1
  %scevgep13 = getelementptr i8, ptr %lsr.iv11, i64 -1
  store i8 %.356.2, ptr %scevgep13, align 1
  %10 = add i64 %.312114118.unr, %lsr.iv18
  %11 = add i64 %10, -4
  %.352113.3 = lshr i64 %"$phi148.1.2.1", %11
  %12 = trunc i64 %.352113.3 to i8
  %.356.3 = and i8 %12, 1
  store i8 %.356.3, ptr %lsr.iv11, align 1
  %scevgep12 = getelementptr i8, ptr %lsr.iv11, i64 4
  %lsr.iv.next19 = add i64 %lsr.iv18, -4
  %exitcond.not.3 = icmp eq i64 %28, %lsr.iv.next19
  br i1 %exitcond.not.3, label %B38.loopexit, label %B246

B284:
  %at.3.0.lcssa = phi i64 [ 0, %B0.endif ], [ %at.4.1.lcssa, %B38.loopexit ]
  store i64 %at.3.0.lcssa, ptr %retptr, align 8
  ret i32 0

B184.endif:
  %13 = icmp sgt i64 %.149, %.145
  %.217 = zext i1 %13 to i8
  %.218 = getelementptr i8, ptr %arg.bits, i64 %at.3.0131
  store i8 %.217, ptr %.218, align 1
  br label %B38.loopexit

B246.preheader:
  %14 = icmp sgt i64 %.149, %.145
  %.217139 = zext i1 %14 to i8
  %.218140 = getelementptr i8, ptr %arg.bits, i64 %at.3.0131
  store i8 %.217139, ptr %.218140, align 1
  %15 = sub i64 %at.3.0131, %lsr.iv.next
  %16 = sub i64 %at.3.0131, %lsr.iv.next
  %17 = mul i64 %lsr.iv.next, -1
  %xtraiter = and i64 %17, 3
  %lcmp.mod.not = icmp eq i64 %xtraiter, 0
  %18 = mul i64 %lsr.iv.next, -1
  %19 = add i64 %18, -1
  br i1 %lcmp.mod.not, label %B246.prol.loopexit, label %B246.prol.preheader

B246.prol.preheader:
  %20 = sub i64 0, %lsr.iv
  %21 = trunc i64 %lsr.iv4 to i2
  %22 = zext i2 %21 to i64
  %23 = mul i64 %22, -1
  br label %B246.prol

B246.prol:
  %lsr.iv8 = phi i64 [ %20, %B246.prol.preheader ], [ %lsr.iv.next9, %B246.prol ]
  %lsr.iv6 = phi i64 [ 0, %B246.prol.preheader ], [ %lsr.iv.next7, %B246.prol ]
  %at.4.1119.prol = phi i64 [ %.360.prol, %B246.prol ], [ %16, %B246.prol.preheader ]
  %.352113.prol = lshr i64 %"$phi148.1.2.1", %lsr.iv8
  %24 = trunc i64 %.352113.prol to i8
  %.356.prol = and i8 %24, 1
  %.357.prol = getelementptr i8, ptr %arg.bits, i64 %at.4.1119.prol
  store i8 %.356.prol, ptr %.357.prol, align 1
  %.360.prol = add i64 %at.4.1119.prol, 1
  %lsr.iv.next7 = add i64 %lsr.iv6, -1
  %lsr.iv.next9 = add i64 %lsr.iv8, -1
  %prol.iter.cmp.not = icmp eq i64 %23, %lsr.iv.next7
  br i1 %prol.iter.cmp.not, label %B246.prol.loopexit.loopexit, label %B246.prol

B246.prol.loopexit.loopexit:
  %25 = mul i64 %lsr.iv.next, -1
  %26 = add i64 %25, %lsr.iv.next7
  br label %B246.prol.loopexit

B246.prol.loopexit:
  %at.4.1119.unr = phi i64 [ %.360.prol, %B246.prol.loopexit.loopexit ], [ %15, %B246.preheader ]
  %.312114118.unr = phi i64 [ %26, %B246.prol.loopexit.loopexit ], [ %18, %B246.preheader ]
  %27 = icmp ult i64 %19, 3
  br i1 %27, label %B38.loopexit, label %B246.preheader1

B246.preheader1:
  %scevgep10 = getelementptr i8, ptr %scevgep, i64 %at.4.1119.unr
  %28 = add i64 %at.4.1119.unr, %lsr.iv16
  br label %B246
}

define i64 @escape(ptr %.1, ptr %.2, ptr %.3, i64 %.4, ptr %.5) {
entry:
  %.7 = alloca i64, align 8
  store i64 0, ptr %.7, align 8
  %.11 = call i32 @escape.numba(ptr %.7, ptr poison, ptr %.1, ptr %.2, ptr %.3, i64 %.4, ptr %.5)
  %.21 = load i64, ptr %.7, align 8
  ret i64 %.21
}
